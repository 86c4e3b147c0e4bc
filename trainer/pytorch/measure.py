"""Measure nasalyze-train against train.py on this machine and print a table.

    CGO_ENABLED=1 go build -tags xla -o nasalyze-train ./cmd/nasalyze-train
    python trainer/pytorch/measure.py --trainer ./nasalyze-train \\
        --engine xla:$SITE/jax_plugins/xla_cuda13/xla_cuda_plugin.so --engine go

Five networks of the search space, the default and four corners, each for a few seconds.
Images are random bytes of the size of CIFAR-10 unless --data digits is given: speed does not depend on
what they show. Loss and checks are another matter: go test ./trainer/network.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).parent
TORCH = {"fp32": [], "fp32, channels last": ["--channels-last"], "bf16, channels last": ["--bf16", "--channels-last"],
         "bf16, channels last, compiled": ["--bf16", "--channels-last", "--compile"]}


def configs(default):
    """The default and corners of the space that fit into some 20 GiB at CIFAR's size."""
    def change(blocks, filters, widen, branches):
        c = dict(default, initial_filters=filters, batch_size=128)
        for g in (1, 2, 3):
            c[f"nr_residual_blocks_{g}"], c[f"res_branches_{g}"] = blocks, branches
            c[f"widen_factor_{g}"] = widen if g == 1 else min(widen, 2.0)
        if branches == 1:
            c["death_rate"] = 0.5
        return c
    return {"default": default, "smallest": change(1, 8, 0.5, 1), "deep": change(16, 16, 1.0, 1),
            "wide": change(1, 32, 8.0, 1), "branches": change(4, 16, 2.0, 5)}


def random_cifar(directory):
    """Six files of CIFAR-10's binary version with nothing in them."""
    rng = np.random.default_rng(0)
    for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
        records = rng.integers(0, 256, (10000, 3073), dtype=np.uint8)
        records[:, 0] = np.arange(10000) % 10
        (directory / name).write_bytes(records.tobytes())


def last_line(command, limit):
    """The result of a training, or why there is none. CUDA has its plugin's way to find libraries."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, f"took longer than {limit} s"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["said nothing"])[-1][:120]
    return json.loads(done.stdout.strip().splitlines()[-1]), ""


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--trainer", default="nasalyze-train")
    p.add_argument("--engine", action="append", default=[], help="engine of nasalyze-train; several are measured in turn")
    p.add_argument("--budget", default="5")
    p.add_argument("--limit", type=float, default=300, help="seconds after which a run is given up")
    p.add_argument("--data", default="cifar10", choices=["cifar10", "digits"])
    p.add_argument("--only", action="append", help="networks to measure, all if there is none")
    args = p.parse_args()
    default = json.loads(subprocess.run([args.trainer, "--default-config"], capture_output=True, text=True, check=True).stdout)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        if args.data == "cifar10":
            random_cifar(directory)
        print("| network | parameters | engine | images/s | compilation, s | TFLOP/s |\n|---|---|---|---|---|---|", flush=True)
        for network, config in configs(default).items():
            if args.only and network not in args.only:
                continue
            path = directory / f"{network}.json"
            path.write_text(json.dumps(config))
            common = ["--data", args.data, "--data-dir", name, "--config", str(path), "--budget", args.budget, "--validation", str(config["batch_size"])]
            runs = {f"nasalyze-train, {e.split(':')[0]}": [args.trainer, *common, "--engine", e] for e in args.engine or ["go"]}
            runs |= {f"PyTorch, {k}": [sys.executable, str(HERE / "train.py"), *common, *v] for k, v in TORCH.items()}
            operations = None  # of the forward pass; the backward pass has twice as many
            for engine, command in runs.items():
                result, why = last_line(command, args.limit)
                if result is None:
                    print(f"| {network} | | {engine} | {why} | | |", flush=True)
                    continue
                operations = result.get("multiply_adds", operations)
                speed = result["images_per_second"]
                flops = f"{6 * operations * speed / 1e12:.3g}" if operations else ""
                print(f"| {network} | {result['parameters']} | {engine} | {speed:.0f} | {result['compile_seconds']:.1f} | {flops} |", flush=True)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("GOMLX_NO_AUTO_INSTALL", "1")
    sys.exit(main())
