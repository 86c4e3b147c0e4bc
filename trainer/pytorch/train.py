"""Train one configuration for one budget with PyTorch: nasalyze train, for those whose
cluster has PyTorch, and as a yardstick.

    python train.py --data digits --config c.json --budget 2s
    nasalyze search --space space.json ... -- python train.py --data cifar10 --data-dir DIR

Same network, same space, same clock, same JSON lines as nasalyze-train; docs/trainer.md
explains them. What is random has the same distributions, not the same numbers, and there are no
checkpoints. Needs torch and numpy.
"""

import argparse
import gzip
import json
import math
import os
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from network import Network

RANGES = {"initial_filters": (8, 32), "widen_factor_1": (0.5, 8), "widen_factor_2": (0.5, 4), "widen_factor_3": (0.5, 4),
          "learning_rate": (1e-3, 1), "batch_size": (32, 128), "weight_decay": (1e-5, 1e-3), "momentum": (1e-3, 0.99),
          "alpha": (0, 1), "length": (0, 20)}
RANGES |= {f"nr_residual_blocks_{g}": (1, 16) for g in (1, 2, 3)} | {f"res_branches_{g}": (1, 5) for g in (1, 2, 3)}


def read_config(path):
    """The configuration of a file, which must be in the search space."""
    with open(path) as f:
        config = json.load(f)
    ranges = dict(RANGES)
    if any(config.get(f"res_branches_{g}") == 1 for g in (1, 2, 3)):
        ranges["death_rate"] = (0, 1)
    if set(config) != set(ranges):
        sys.exit(f"{path}: missing {sorted(set(ranges) - set(config))}, not known or not active {sorted(set(config) - set(ranges))}")
    for name, (lower, upper) in ranges.items():
        if not lower * (1 - 1e-9) <= config[name] <= upper * (1 + 1e-9):
            sys.exit(f"{path}: {name} is {config[name]}, outside [{lower}, {upper}]")
        if isinstance(lower, int) and isinstance(upper, int) and name not in ("alpha", "death_rate"):
            config[name] = int(config[name])
    return config


def seconds(text):
    """A time as 400s, 3h or a number of seconds."""
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    value = float(text[:-1]) * unit if unit else float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no time above 0")
    return value


def stratified(labels, n, rng):
    """Indices of all but n images, and of n with the same share of each class."""
    order = rng.permutation(len(labels))
    # Deal out the classes evenly: sort by the place within the class.
    place = np.empty(len(labels))
    for c in np.unique(labels):
        mine = order[labels[order] == c]
        place[mine] = (np.arange(len(mine)) + rng.random()) / len(mine)
    held = np.argsort(place, kind="stable")[:n]
    return np.setdiff1d(np.arange(len(labels)), held), held


def load(name, directory):
    """Images [n, height, width, channels] as bytes, labels, and whether mirror images show the same."""
    if name == "digits":
        path = pathlib.Path(__file__).parent.parent / "data" / "digits.bin.gz"
        records = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8).reshape(-1, 65)
        images, labels = records[:, 1:].reshape(-1, 8, 8, 1), records[:, 0].astype(int)
        train, test = stratified(labels, 360, np.random.default_rng(0))
        return (images[train], labels[train]), (images[test], labels[test]), 10, False
    folder, skip, classes, train_files, test_file = {
        "cifar10": ("cifar-10-batches-bin", 1, 10, [f"data_batch_{i}.bin" for i in range(1, 6)], "test_batch.bin"),
        "cifar100": ("cifar-100-binary", 2, 100, ["train.bin"], "test.bin"),
    }[name]
    directory = pathlib.Path(directory)
    if (directory / folder).is_dir():
        directory /= folder

    def read(files):
        raw = b""
        for f in files:
            path, size = directory / f, (50000 if f == "train.bin" else 10000) * (skip + 3072)
            part = path.read_bytes() if path.is_file() else b""
            if len(part) != size:
                sys.exit(f"{path}: missing or torn, {len(part)} of {size} bytes; get the binary version from https://www.cs.toronto.edu/~kriz/cifar.html")
            raw += part
        records = np.frombuffer(raw, np.uint8).reshape(-1, skip + 3072)
        return records[:, skip:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy(), records[:, skip - 1].astype(int)

    return read(train_files), read([test_file]), classes, True


class Schedule:
    """Cosine annealing with restarts in seconds: trainer.Schedule."""

    def __init__(self, rate, budget, shortest):
        self.rate, self.cycles = rate, 1
        while budget / (2 ** (self.cycles + 1) - 1) >= shortest * (1 - 1e-9):
            self.cycles += 1
        self.first = budget / (2**self.cycles - 1)

    def at(self, t):
        """The learning rate after t seconds, and how many cycles are over."""
        period = self.first
        for n in range(self.cycles):
            if t < period:
                return self.rate * (1 + math.cos(math.pi * t / period)) / 2, n
            t, period = t - period, 2 * period
        return 0.0, self.cycles


class Augment:
    """Random crop, mirror, normalise, cutout and mixup of batches on the device."""

    def __init__(self, config, images, mean, std, mirror):
        self.config, self.mean, self.std, self.mirror = config, mean, std, mirror
        self.height, self.width = images.shape[1:3]
        self.side = (config["length"] * min(self.height, self.width) + 16) // 32

    def __call__(self, x, labels, classes):
        n, h, w, device = len(x), self.height, self.width, x.device
        dy, dx = torch.randint(-(h // 8), h // 8 + 1, (n, 1), device=device), torch.randint(-(w // 8), w // 8 + 1, (n, 1), device=device)
        rows, columns = torch.arange(h, device=device) - dy, torch.arange(w, device=device) - dx
        if self.mirror:
            turned = torch.rand(n, 1, device=device) < 0.5
            columns = torch.where(turned, columns.flip(1), columns)
        inside = ((rows >= 0) & (rows < h))[:, :, None] & ((columns >= 0) & (columns < w))[:, None, :]
        i = torch.arange(n, device=device)[:, None, None]
        x = x[i, rows.clamp(0, h - 1)[:, :, None], columns.clamp(0, w - 1)[:, None, :]] * inside[..., None]
        x = (x.float() - self.mean) / self.std
        y0 = torch.randint(h, (n, 1), device=device) - self.side // 2
        x0 = torch.randint(w, (n, 1), device=device) - self.side // 2
        ys, xs = torch.arange(h, device=device), torch.arange(w, device=device)
        hole = ((ys >= y0) & (ys < y0 + self.side))[:, :, None] & ((xs >= x0) & (xs < x0 + self.side))[:, None, :]
        x = x * ~hole[..., None]
        targets = F.one_hot(labels, classes).float()
        if self.config["alpha"] > 0:
            weight = float(np.random.beta(self.config["alpha"], self.config["alpha"]))
            partner = torch.randperm(n, device=device)
            x, targets = weight * x + (1 - weight) * x[partner], weight * targets + (1 - weight) * targets[partner]
        return x.permute(0, 3, 1, 2), targets


def main():
    p = argparse.ArgumentParser(description="Train one configuration for one budget with PyTorch.")
    env = os.environ.get
    p.add_argument("--data", required=True, choices=["digits", "cifar10", "cifar100"])
    p.add_argument("--data-dir", default=".")
    p.add_argument("--config", default=env("NASALYZE_CONFIG"), required="NASALYZE_CONFIG" not in os.environ)
    p.add_argument("--budget", type=seconds, default=env("NASALYZE_BUDGET"), required="NASALYZE_BUDGET" not in os.environ)
    p.add_argument("--seed", type=int, default=int(env("NASALYZE_SEED", "0")))
    p.add_argument("--validation", type=int, default=0)
    p.add_argument("--first-cycle", type=seconds)
    p.add_argument("--bf16", action="store_true", help="forward and backward pass in bfloat16")
    p.add_argument("--channels-last", action="store_true")
    p.add_argument("--compile", action="store_true", help="torch.compile")
    args = p.parse_args()
    config = read_config(args.config)
    torch.manual_seed(args.seed)
    np.random.seed(args.seed % 2**32)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    (images, labels), (test_images, test_labels), classes, mirror = load(args.data, args.data_dir)
    count = args.validation or len(labels) // (10 if len(labels) >= 10000 else 5)
    train, held = stratified(labels, count, np.random.default_rng(args.seed))
    batch = config["batch_size"]
    if batch > len(train):
        sys.exit(f"batch_size is {batch}, but there are only {len(train)} images to train on")
    pixels = images[train].astype(np.float64)
    mean, std = (torch.tensor(f((0, 1, 2)), dtype=torch.float32, device=device) for f in (pixels.mean, pixels.std))
    augment = Augment(config, images, mean, std, mirror)
    memory = torch.channels_last if args.channels_last else torch.contiguous_format
    model = Network(config, images.shape[3], classes).to(device, memory_format=memory)
    run = torch.compile(model) if args.compile else model
    optimizer = torch.optim.SGD(model.parameters(), lr=1, momentum=config["momentum"], weight_decay=config["weight_decay"], nesterov=True)
    schedule = Schedule(config["learning_rate"], args.budget, args.first_cycle or (2 if args.data == "digits" else 400))
    x_train, y_train = torch.tensor(images[train], device=device), torch.tensor(labels[train], device=device)

    def synchronised():
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def step(x, y, rate, momentum):
        for norm in norms:
            norm.momentum = momentum
        for group in optimizer.param_groups:
            group["lr"] = rate
        x, targets = augment(x, y, classes)
        with torch.autocast(device, torch.bfloat16, enabled=args.bf16):
            loss = F.cross_entropy(run(x.contiguous(memory_format=memory)).float(), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    def error(x, y):
        nonlocal evaluation
        start = synchronised()
        model.eval()
        wrong = 0
        with torch.no_grad():
            for i in range(0, len(y), batch):
                part = (torch.tensor(x[i:i + batch], device=device).float() - mean) / std
                logits = model(part.permute(0, 3, 1, 2).contiguous(memory_format=memory))
                if not logits.isfinite().all():
                    return math.nan
                wrong += (logits.argmax(1).cpu().numpy() != y[i:i + batch]).sum()
        model.train()
        evaluation += synchronised() - start
        return 100 * float(wrong) / len(y)

    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    evaluation, compiling = 0.0, 0.0
    if args.compile or device == "cuda":  # off the clock: kernels are compiled and chosen by a step that changes nothing
        start = synchronised()
        kept = {k: v.clone() for k, v in model.state_dict().items()}
        for momentum in (1.0, 0.1):
            step(x_train[:batch], y_train[:batch], 0.0, momentum)
        model.load_state_dict(kept)
        optimizer.state.clear()
        compiling = synchronised() - start

    spent, steps, sums, n, last, loss, diverged = 0.0, 0, 0.0, 0, 0.0, math.nan, False
    per_epoch = len(train) // batch
    while steps == 0 or spent + spent / steps / 2 < args.budget:
        rate, cycle = schedule.at(spent)
        start = synchronised()
        if steps % per_epoch == 0:
            order = torch.randperm(len(train), device=device)
        chosen = order[steps % per_epoch * batch:][:batch]
        # Averages over the first ten steps; a compiled graph would be compiled anew for each.
        momentum = max(0.1, 0.0 if args.compile and steps > 0 else 1 / (steps + 1))
        loss = step(x_train[chosen], y_train[chosen], rate, momentum)
        spent += synchronised() - start
        steps, sums, n = steps + 1, sums + loss, n + 1
        diverged = not math.isfinite(loss)
        if diverged:
            break
        ended = schedule.at(spent)[1] > cycle and spent < args.budget
        if ended or spent - last >= args.budget / 50:
            point = dict(seconds=spent, step=steps, epoch=steps / per_epoch, learning_rate=rate, train_loss=sums / n)
            if ended:
                point["validation_error"] = error(images[held], labels[held])
            print(json.dumps(point), flush=True)
            last, sums, n = spent, 0.0, 0
    validation = math.nan if diverged else error(images[held], labels[held])
    test = math.nan if diverged else error(test_images, test_labels)
    name = f"PyTorch {torch.__version__}, {torch.cuda.get_device_name() if device == 'cuda' else 'CPU'}"
    for flag in ("bf16", "channels_last", "compile"):
        if getattr(args, flag):
            name += ", " + flag
    number = lambda x: "NaN" if math.isnan(x) else x  # noqa: E731
    print(json.dumps(dict(
        loss=number(validation), status="diverged" if math.isnan(validation) else "success", test_error=number(test), train_loss=number(loss),
        budget=args.budget, train_seconds=spent, compile_seconds=compiling, evaluation_seconds=evaluation,
        steps=steps, epochs=steps / per_epoch, cycles=schedule.cycles, images_per_second=steps * batch / spent,
        parameters=sum(t.numel() for t in model.parameters()), data=args.data, train_images=len(train), validation_images=len(held),
        test_images=len(test_labels), seed=args.seed, engine=name)))


if __name__ == "__main__":
    main()
