"""Data sets and their augmentation."""

import gzip
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F


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
