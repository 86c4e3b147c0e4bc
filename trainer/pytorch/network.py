"""The network of package trainer/network in PyTorch: see there for what it is."""

import torch
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, size, stride):
    layer = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    nn.init.normal_(layer.weight, 0, (2 / (size * size * outputs)) ** 0.5)
    return layer


class Shake(torch.autograd.Function):
    """Branches weighted by forward factors, their gradients by backward factors.

    Branches are [k, images, channels, height, width], factors [k, images, 1, 1, 1].
    """

    @staticmethod
    def forward(ctx, branches, forward, backward):
        ctx.save_for_backward(backward)
        return (branches * forward).sum(0)

    @staticmethod
    def backward(ctx, grad):
        (backward,) = ctx.saved_tensors
        return grad.unsqueeze(0) * backward, None, None


class Branch(nn.Sequential):
    def __init__(self, inputs, outputs, stride):
        super().__init__(
            conv(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs),
            nn.ReLU(), conv(outputs, outputs, 3, 1), nn.BatchNorm2d(outputs))


class Skip(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        half = outputs // 2
        self.second = conv(inputs, outputs - half, 1, stride)
        self.first = conv(inputs, half, 1, stride) if half else None
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x, active):
        out = self.second(F.pad(x[:, :, 1:, 1:], (0, 1, 0, 1)))
        if self.first is not None:
            out = torch.cat([self.first(active), out], 1)
        return self.norm(out)


class Block(nn.Module):
    def __init__(self, inputs, outputs, branches, stride, death_rate):
        super().__init__()
        self.branches = nn.ModuleList(Branch(inputs, outputs, stride) for _ in range(branches))
        self.skip = Skip(inputs, outputs, stride) if stride != 1 or inputs != outputs else None
        self.death_rate = death_rate

    def factors(self, x):
        """Random factors for the forward and the backward pass, [k, images, 1, 1, 1] each."""
        k, images = len(self.branches), x.shape[0]
        uniform = torch.rand(2, k, images, 1, 1, 1, device=x.device, dtype=x.dtype)
        if k > 1:
            return uniform.softmax(1)
        is_open = torch.rand((), device=x.device) >= self.death_rate  # one gate for the batch
        closed = torch.stack([2 * uniform[0] - 1, uniform[1]])
        return torch.where(is_open, torch.ones_like(closed), closed)

    def forward(self, x):
        active = F.relu(x)
        outs = [branch(active) for branch in self.branches]
        if self.training:
            forward, backward = self.factors(outs[0])
            out = Shake.apply(torch.stack(outs), forward, backward)
        elif len(outs) == 1:
            out = outs[0] * (1 - self.death_rate)
        else:
            out = sum(outs) / len(outs)
        return out + (x if self.skip is None else self.skip(x, active))


class Network(nn.Module):
    def __init__(self, config, channels, classes):
        super().__init__()
        before = config["initial_filters"]
        self.stem = nn.Sequential(conv(channels, before, 3, 1), nn.BatchNorm2d(before))
        blocks = []
        for g in (1, 2, 3):
            width = round(before * config[f"widen_factor_{g}"])
            for b in range(config[f"nr_residual_blocks_{g}"]):
                stride = 2 if b == 0 and g > 1 else 1
                blocks.append(Block(before, width, config[f"res_branches_{g}"], stride, config.get("death_rate", 0)))
                before = width
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(before, classes)
        nn.init.zeros_(self.linear.bias)

    def forward(self, images):
        x = F.relu(self.blocks(self.stem(images)))
        return self.linear(x.mean((2, 3)))

    def load(self, parameters, statistics):
        """Take over weights in the order and layout of package trainer/network."""
        parameters, statistics = iter(parameters), iter(statistics)
        with torch.no_grad():
            for layer in self.modules():
                if isinstance(layer, nn.Conv2d):
                    out, inputs, height, width = layer.weight.shape
                    w = torch.tensor(next(parameters)).reshape(out, height, width, inputs)
                    layer.weight.copy_(w.permute(0, 3, 1, 2))
                elif isinstance(layer, nn.BatchNorm2d):
                    for t in (layer.weight, layer.bias):
                        t.copy_(torch.tensor(next(parameters)))
                    for t in (layer.running_mean, layer.running_var):
                        t.copy_(torch.tensor(next(statistics)))
                elif isinstance(layer, nn.Linear):
                    inputs, out = layer.weight.shape[::-1]
                    layer.weight.copy_(torch.tensor(next(parameters)).reshape(inputs, out).T)
                    layer.bias.copy_(torch.tensor(next(parameters)))
        if next(parameters, None) is not None or next(statistics, None) is not None:
            raise ValueError("there are more weights than the network has")
