"""A small feed-forward network in NumPy: what the search trains.

One call of `train` is one training run: a fixed architecture, a fixed number
of epochs, one seed, and the same answer every time it is called on the same
build of NumPy. The images are 8 x 8 with values in [0, 1], as rows of 64.

    stem      dense: the 64 pixels as they are
              conv:  eight 3 x 3 filters, the activation, 2 x 2 mean pooling
    hidden    fully connected, activation, dropout; one to three of them
    output    ten logits, softmax cross-entropy

The optimisers are SGD with heavy-ball momentum and Adam (Kingma and Ba,
2015, beta 0.9 and 0.999), both with decoupled weight decay (Loshchilov and
Hutter, 2019). The cosine schedule goes from the learning rate to zero over
the epochs of this run, so a run of 9 epochs is not the start of one of 27.
"""

import math

import numpy as np

SIDE = 8
PADDED = SIDE + 2
CLASSES = 10
FILTERS = 8

# An epoch whose mean training loss is this bad, ten times that of guessing
# every digit with equal chance, ends the run as diverged.
DIVERGED = 10 * math.log(CLASSES)

# Row k holds where the 64 pixels of an image lie inside its zero-padded
# 10 x 10 copy, when the image moves by shift k (4 is no shift).
_ROWS, _COLUMNS = np.divmod(np.arange(SIDE * SIDE), SIDE)
SHIFTS = np.stack(
    [(_ROWS + 1 + down) * PADDED + _COLUMNS + 1 + right for down in (-1, 0, 1) for right in (-1, 0, 1)]
)
NO_SHIFT = 4


def pad(images):
    """Returns n x 64 images as n x 100, with a border of zeros one pixel wide."""
    padded = np.zeros((len(images), PADDED * PADDED), images.dtype)
    padded[:, SHIFTS[NO_SHIFT]] = images
    return padded


class Diverged(Exception):
    """The training loss exploded."""

    def __init__(self, epoch, loss):
        super().__init__("diverged in epoch %d: training loss %.3g" % (epoch, loss))


def _relu(z):
    return np.maximum(z, 0)


def _relu_slope(z, a):
    return z > 0


def _tanh_slope(z, a):
    return 1 - a * a


def _silu(z):
    return z * 0.5 * (1 + np.tanh(0.5 * z))


def _silu_slope(z, a):
    gate = 0.5 * (1 + np.tanh(0.5 * z))
    return gate * (1 + z * (1 - gate))


# name: (function, slope from input and output, gain of the initial weights)
ACTIVATIONS = {
    "relu": (_relu, _relu_slope, math.sqrt(2)),
    "tanh": (np.tanh, _tanh_slope, 1.0),
    "silu": (_silu, _silu_slope, math.sqrt(2)),
}


class Network:
    """Weights and biases, a forward and a backward pass."""

    def __init__(self, stem, widths, activation, rng, dtype=np.float32):
        self.function, self.slope, gain = ACTIVATIONS[activation]
        self.conv = stem == "conv"
        self.weights, self.biases = [], []

        def add(fan_in, fan_out, gain):
            scale = gain / math.sqrt(fan_in)
            self.weights.append((scale * rng.standard_normal((fan_in, fan_out))).astype(dtype))
            self.biases.append(np.zeros(fan_out, dtype))

        inputs = SIDE * SIDE
        if self.conv:
            add(9, FILTERS, gain)
            inputs = (SIDE // 2) ** 2 * FILTERS
        for width in widths:
            add(inputs, width, gain)
            inputs = width
        add(inputs, CLASSES, 1.0)

    def size(self):
        """Returns the number of trained values."""
        return sum(p.size for p in self.weights) + sum(p.size for p in self.biases)

    def forward(self, images, dropout=0.0, rng=None):
        """Returns n x 10 logits and keeps on self what backward needs."""
        self.cache = []
        first, hidden = 0, images
        if self.conv:
            n = len(images)
            # SHIFTS.T lists the 3 x 3 neighbours of each of the 64 pixels.
            patches = pad(images)[:, SHIFTS.T].reshape(n * SIDE * SIDE, 9)
            z = patches @ self.weights[0] + self.biases[0]
            a = self.function(z)
            pooled = a.reshape(n, SIDE // 2, 2, SIDE // 2, 2, FILTERS).mean(axis=(2, 4))
            self.stem_cache = patches, z, a
            first, hidden = 1, pooled.reshape(n, -1)
        last = len(self.weights) - 1
        for i in range(first, last):
            z = hidden @ self.weights[i] + self.biases[i]
            a = self.function(z)
            mask = None
            out = a
            if dropout > 0 and rng is not None:
                mask = (rng.random(a.shape, dtype=np.float32) >= dropout) / a.dtype.type(1 - dropout)
                out = a * mask
            self.cache.append((i, hidden, z, a, mask))
            hidden = out
        self.top = hidden
        return hidden @ self.weights[last] + self.biases[last]

    def backward(self, gradient):
        """Returns the gradients of weights and biases, given that of the logits."""
        d_weights, d_biases = [None] * len(self.weights), [None] * len(self.biases)
        last = len(self.weights) - 1
        d_weights[last] = self.top.T @ gradient
        d_biases[last] = gradient.sum(axis=0)
        back = gradient @ self.weights[last].T
        for i, hidden, z, a, mask in reversed(self.cache):
            if mask is not None:
                back = back * mask
            back = back * self.slope(z, a)
            d_weights[i] = hidden.T @ back
            d_biases[i] = back.sum(axis=0)
            if i > 0:
                back = back @ self.weights[i].T
        if self.conv:
            patches, z, a = self.stem_cache
            n = len(back)
            back = back.reshape(n, SIDE // 2, 1, SIDE // 2, 1, FILTERS) / 4
            back = np.broadcast_to(back, (n, SIDE // 2, 2, SIDE // 2, 2, FILTERS))
            back = back.reshape(z.shape) * self.slope(z, a)
            d_weights[0] = patches.T @ back
            d_biases[0] = back.sum(axis=0)
        return d_weights, d_biases


def softmax_loss(logits, labels):
    """Returns the mean cross-entropy and its gradient with respect to the logits."""
    rows = np.arange(len(labels))
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - z[rows, labels]))
    gradient = e / total
    gradient[rows, labels] -= 1
    return loss, gradient / len(labels)


class Optimizer:
    """SGD with momentum or Adam; both decay the weights (not the biases)."""

    def __init__(self, network, name, momentum, weight_decay):
        self.network, self.adam = network, name == "adam"
        self.momentum, self.weight_decay = momentum, weight_decay
        parameters = network.weights + network.biases
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]
        self.steps = 0

    def step(self, d_weights, d_biases, rate):
        self.steps += 1
        for w in self.network.weights:
            w *= 1 - rate * self.weight_decay
        parameters = self.network.weights + self.network.biases
        for p, g, m, v in zip(parameters, d_weights + d_biases, self.first, self.second):
            if self.adam:
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                scale = rate / (1 - 0.9**self.steps)
                p -= scale * m / (np.sqrt(v / (1 - 0.999**self.steps)) + 1e-8)
            else:
                m *= self.momentum
                m += g
                p -= rate * m


def train(config, epochs, images, labels, seed):
    """Trains one network and returns it; raises Diverged."""
    rng = np.random.default_rng(seed)
    widths = [config["units_1"]] + [config.get("units_2")] * (config["layers"] - 1)
    network = Network(config["stem"], widths, config["activation"], rng)
    optimizer = Optimizer(network, config["optimizer"], config.get("momentum"), config["weight_decay"])
    n, size = len(images), config["batch_size"]
    padded = pad(images)
    total = epochs * math.ceil(n / size)
    step = 0
    for epoch in range(1, epochs + 1):
        order = rng.permutation(n)
        moved = rng.random(n) < config["shift_probability"]
        shift = np.where(moved, rng.integers(len(SHIFTS), size=n), NO_SHIFT)
        losses = []
        for start in range(0, n, size):
            rows = order[start : start + size]
            batch = padded[rows[:, None], SHIFTS[shift[rows]]]
            logits = network.forward(batch, config["dropout"], rng)
            loss, gradient = softmax_loss(logits, labels[rows])
            losses.append(loss)
            rate = config["learning_rate"]
            if config["schedule"] == "cosine":
                rate *= 0.5 * (1 + math.cos(math.pi * step / total))
            optimizer.step(*network.backward(gradient), rate)
            step += 1
        mean = sum(losses) / len(losses)
        if not mean < DIVERGED:  # NaN too
            raise Diverged(epoch, mean)
    return network


def evaluate(network, images, labels):
    """Returns the error in percent and the mean cross-entropy."""
    logits = network.forward(images)
    loss, _ = softmax_loss(logits, labels)
    return 100.0 * float(np.mean(logits.argmax(axis=1) != labels)), loss
