"""Train one configuration for one budget with PyTorch: nasalyze train, for those whose
cluster has PyTorch, and as a yardstick.

    python train.py --data digits --config c.json --budget 2s
    nasalyze search --space space.json ... -- python train.py --data cifar10 --data-dir DIR

Same network, same space, same clock, same JSON lines as nasalyze-train; docs/trainer.md
explains them, checkpoints too. What is random has the same distributions, not the same numbers. Needs torch and numpy.
"""

import argparse
import json
import math
import os
import signal
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

import checkpoint
from images import Augment, load, stratified
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


class Schedule:
    """Cosine annealing with restarts in seconds: trainer.Schedule."""

    def __init__(self, rate, start, end, shortest):
        self.rate, self.start, self.cycles = rate, start, 1
        while (end - start) / (2 ** (self.cycles + 1) - 1) >= shortest * (1 - 1e-9):
            self.cycles += 1
        self.first = (end - start) / (2**self.cycles - 1)

    def at(self, t):
        """The learning rate after t seconds, and how many cycles are over."""
        t, period = max(t - self.start, 0), self.first
        for n in range(self.cycles):
            if t < period:
                return self.rate * (1 + math.cos(math.pi * t / period)) / 2, n
            t, period = t - period, 2 * period
        return 0.0, self.cycles


class Training:
    """A configuration in training. What changes is in the model, the optimizer and these fields:

    spent seconds of training, steps, the order of the images of this epoch, and sums, n and last of the learning curve.
    """

    def __init__(self, args, config, clock):
        self.args, self.config, self.clock = args, config, clock
        torch.manual_seed(args.seed)
        np.random.seed(args.seed % 2**32)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        (images, labels), self.test, classes, mirror = load(args.data, args.data_dir)
        count = args.validation or len(labels) // (10 if len(labels) >= 10000 else 5)
        train, held = stratified(labels, count, np.random.default_rng(args.seed))
        self.held, self.classes, self.batch = (images[held], labels[held]), classes, config["batch_size"]
        if self.batch > len(train):
            sys.exit(f"batch_size is {self.batch}, but there are only {len(train)} images to train on")
        pixels = images[train].astype(np.float64)
        self.mean, self.std = (torch.tensor(f((0, 1, 2)), dtype=torch.float32, device=self.device) for f in (pixels.mean, pixels.std))
        self.augment = Augment(config, images, self.mean, self.std, mirror)
        self.x, self.y = torch.tensor(images[train], device=self.device), torch.tensor(labels[train], device=self.device)
        self.per_epoch = len(train) // self.batch
        self.memory = torch.channels_last if args.channels_last else torch.contiguous_format
        self.model = Network(config, images.shape[3], classes).to(self.device, memory_format=self.memory)
        self.run = torch.compile(self.model) if args.compile else self.model
        self.norms = [m for m in self.model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=1, momentum=config["momentum"], weight_decay=config["weight_decay"], nesterov=True)
        self.evaluation, self.compiling, self.saving, self.continued = 0.0, 0.0, 0.0, 0.0
        self.spent, self.steps, self.order, self.sums, self.n, self.last, self.loss = 0.0, 0, None, 0.0, 0, 0.0, math.nan
        self.start, self.done, self.stopped = 0.0, False, False

    def now(self):
        if self.device == "cuda":
            torch.cuda.synchronize()
        return self.clock()

    def warm_up(self):
        """Off the clock: kernels are compiled and chosen by steps that change nothing."""
        start = self.now()
        kept = {k: v.clone() for k, v in self.model.state_dict().items()}
        for momentum in (1.0, 0.1):
            self.step(self.x[:self.batch], self.y[:self.batch], 0.0, momentum)
        self.model.load_state_dict(kept)
        self.optimizer.state.clear()
        self.compiling = self.now() - start

    def step(self, x, y, rate, momentum):
        for norm in self.norms:
            norm.momentum = momentum
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        x, targets = self.augment(x, y, self.classes)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.args.bf16):
            loss = F.cross_entropy(self.run(x.contiguous(memory_format=self.memory)).float(), targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def error(self, x, y):
        """The percentage of images whose class is not found; NaN if a logit is not finite."""
        start, wrong = self.now(), 0
        self.model.eval()
        with torch.no_grad():
            for i in range(0, len(y), self.batch):
                part = (torch.tensor(x[i:i + self.batch], device=self.device).float() - self.mean) / self.std
                logits = self.model(part.permute(0, 3, 1, 2).contiguous(memory_format=self.memory))
                if not logits.isfinite().all():
                    return math.nan
                wrong += (logits.argmax(1).cpu().numpy() != y[i:i + self.batch]).sum()
        self.model.train()
        self.evaluation += self.now() - start
        return 100 * float(wrong) / len(y)

    def save(self):
        if self.args.checkpoint:
            start = self.now()
            checkpoint.write(self.args.checkpoint, self)
            self.saving += self.now() - start

    def goes_on(self, began):
        """Whether another step ends nearer to the budget; one is taken in any case."""
        if self.done:
            return False
        if self.steps == 0 or self.spent == self.start and self.steps == began:
            return True
        return self.spent + self.spent / self.steps / 2 < self.args.budget

    def train(self):
        """Train until the budget is used up. Returns whether the loss stayed finite."""
        args = self.args
        schedule = self.schedule = Schedule(self.config["learning_rate"], self.start, args.budget, args.first_cycle)
        began = self.steps
        while self.goes_on(began):
            if self.stopped:
                self.save()
                sys.exit(f"interrupted after {self.spent:.1f} of {args.budget:.1f} seconds of training; the same command goes on from {args.checkpoint}")
            rate, cycle = schedule.at(self.spent)
            start = self.now()
            if self.steps % self.per_epoch == 0 or self.order is None:
                self.order = torch.randperm(len(self.y), device=self.device)
            chosen = self.order[self.steps % self.per_epoch * self.batch:][:self.batch]
            # Averages over the first ten steps; a compiled graph would be compiled anew for each.
            momentum = max(0.1, 0.0 if args.compile and self.steps > 0 else 1 / (self.steps + 1))
            self.loss = self.step(self.x[chosen], self.y[chosen], rate, momentum)
            self.spent += self.now() - start
            self.steps, self.sums, self.n = self.steps + 1, self.sums + self.loss, self.n + 1
            if not math.isfinite(self.loss):
                return False
            ended = schedule.at(self.spent)[1] > cycle and self.spent < args.budget
            if ended or self.spent - self.last >= args.budget / 50:
                point = dict(seconds=self.spent, step=self.steps, epoch=self.steps / self.per_epoch, learning_rate=rate, train_loss=self.sums / self.n)
                if ended:
                    point["validation_error"] = self.error(*self.held)
                print(json.dumps(point), flush=True)
                self.last, self.sums, self.n = self.spent, 0.0, 0
        self.done = True
        return True

    def about(self):
        name = f"PyTorch {torch.__version__}, {torch.cuda.get_device_name() if self.device == 'cuda' else 'CPU'}"
        return name + "".join(f", {flag}" for flag in ("bf16", "channels_last", "compile") if getattr(self.args, flag))


def within(directory, file):
    """A file in a directory; none if either is not there."""
    return os.path.join(directory, file) if directory and file else None


def options(argv):
    p = argparse.ArgumentParser(description="Train one configuration for one budget with PyTorch.")
    env = os.environ.get
    p.add_argument("--data", required=True, choices=["digits", "cifar10", "cifar100"])
    p.add_argument("--data-dir", default=".")
    p.add_argument("--config", default=env("NASALYZE_CONFIG"), required="NASALYZE_CONFIG" not in os.environ)
    p.add_argument("--budget", type=seconds, default=env("NASALYZE_BUDGET"), required="NASALYZE_BUDGET" not in os.environ)
    p.add_argument("--seed", type=int, default=int(env("NASALYZE_SEED", "0")))
    p.add_argument("--validation", type=int, default=0)
    p.add_argument("--first-cycle", type=seconds)
    p.add_argument("--checkpoint", help="file to write when interrupted and to go on from if it is there; removed at the end")
    p.add_argument("--keep-checkpoint", action="store_true", help="write it at the end too, for --continue at a higher budget")
    p.add_argument("--continue", dest="go_on", help="checkpoint of a lower budget to go on from instead of anew")
    p.add_argument("--bf16", action="store_true", help="forward and backward pass in bfloat16")
    p.add_argument("--channels-last", action="store_true")
    p.add_argument("--compile", action="store_true", help="torch.compile")
    args = p.parse_args(argv)
    args.first_cycle = args.first_cycle or (2 if args.data == "digits" else 400)
    if env("NASALYZE_SCRATCH"):  # in a search
        args.checkpoint, args.go_on = within(env("NASALYZE_SCRATCH"), args.checkpoint), within(env("NASALYZE_CHECKPOINT"), args.go_on)
    return args


def main(argv=None, clock=time.perf_counter):
    args = options(argv)
    t = Training(args, read_config(args.config), clock)
    if args.compile or t.device == "cuda":
        t.warm_up()
    checkpoint.resume(t)
    t.continued, began = t.spent, t.steps

    def stop(number, frame):
        if not args.checkpoint:
            sys.exit("interrupted; nothing was kept for want of a checkpoint")
        t.stopped = True  # after the step at work

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    finite = t.train()
    validation = t.error(*t.held) if finite else math.nan
    test = t.error(*t.test) if finite else math.nan
    if args.checkpoint and finite and args.keep_checkpoint:
        t.save()
    elif args.checkpoint and os.path.exists(args.checkpoint):
        os.remove(args.checkpoint)
    number = lambda x: "NaN" if math.isnan(x) else x  # noqa: E731
    trained = t.spent - t.continued
    print(json.dumps(dict(
        loss=number(validation), status="diverged" if math.isnan(validation) else "success", test_error=number(test), train_loss=number(t.loss),
        budget=args.budget, train_seconds=t.spent, compile_seconds=t.compiling, evaluation_seconds=t.evaluation, checkpoint_seconds=t.saving,
        **({"continued_at": t.continued} if t.continued else {}),
        steps=t.steps, epochs=t.steps / t.per_epoch, cycles=t.schedule.cycles, images_per_second=(t.steps - began) * t.batch / trained if trained else 0,
        parameters=sum(p.numel() for p in t.model.parameters()), data=args.data, train_images=len(t.y), validation_images=len(t.held[1]),
        test_images=len(t.test[1]), seed=args.seed, engine=t.about())))


if __name__ == "__main__":
    main()
