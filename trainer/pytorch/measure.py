"""Measure nasalyze-train against train.py on this machine and print a table: trainer/gpu.sh runs it.

Five networks of the search space, the default and four corners, each for a few seconds with each engine.
Images are random bytes of the size of CIFAR-10 unless --data digits is given: speed does not depend on
what they show.

TFLOP/s are 6 per multiplication and addition of a forward pass of one image: twice as many operations, and a
backward pass of twice the forward pass. The share of the peak is that of the tensor cores, without sparsity: of bfloat16 if
that is what the convolutions compute in, else of TF32, which both engines use for float32 where there is one.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).parent
OURS = {"float32": [], "bfloat16": ["--bf16"]}
TORCH = {"float32": [], "float32, channels last": ["--channels-last"], "float32, channels last, compiled": ["--channels-last", "--compile"],
         "bfloat16, channels last": ["--bf16", "--channels-last"], "bfloat16, channels last, compiled": ["--bf16", "--channels-last", "--compile"]}
# Dense TFLOP/s of bfloat16 and TF32 by NVIDIA's data sheets, the first name that is part of the device's.
PEAKS = {"H100 PCIe": (756, 378), "H100": (989, 495), "H200": (989, 495), "GH200": (989, 495), "A100": (312, 156), "A40": (150, 75),
         "A10": (125, 62.5), "L40S": (362, 183), "L4": (121, 60), "RTX 4090": (165, 82.6), "RTX 3090": (71, 35.6)}


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
    """The result of a training, or why there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, f"took longer than {limit:.0f} s"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["said nothing"])[-1][:120]
    return json.loads(done.stdout.strip().splitlines()[-1]), ""


def peak(device, half, given):
    """Peak TFLOP/s of a device; None if it is not known."""
    if given:
        return given
    return next((p[0 if half else 1] for name, p in PEAKS.items() if name in device), None)


def runs(args, common, cache):
    """The commands to measure by name, and whether they compute in bfloat16."""
    for engine in args.engine or ["go"]:
        xla = engine.startswith("xla")
        for name, flags in OURS.items() if xla else [("float32", [])]:
            keep = ["--compile-cache", cache] if xla else []
            command = [args.trainer, *common, "--engine", engine, *keep, *flags]
            yield f"nasalyze-train, {engine.split(':')[0]}, {name}", command, "bfloat16" in name
            if xla and name == "bfloat16":
                yield f"nasalyze-train, {engine.split(':')[0]}, {name}, again", command, True
    for name, flags in TORCH.items():
        if args.torch:
            yield f"PyTorch, {name}", [sys.executable, str(HERE / "train.py"), *common, *flags], "bfloat16" in name


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--trainer", default="nasalyze-train")
    p.add_argument("--engine", action="append", default=[], help="engine of nasalyze-train; several are measured in turn")
    p.add_argument("--no-torch", dest="torch", action="store_false", help="leave out PyTorch")
    p.add_argument("--budget", default="5", help="seconds of training of each run")
    p.add_argument("--limit", type=float, default=300, help="seconds after which a run is given up")
    p.add_argument("--minutes", type=float, default=math.inf, help="start nothing after as many")
    p.add_argument("--peak", type=float, help="TFLOP/s of the device, for the share of it; known for some GPUs")
    p.add_argument("--data", default="cifar10", choices=["cifar10", "digits"])
    p.add_argument("--only", action="append", help="networks to measure, all if there is none")
    args = p.parse_args()
    end = time.monotonic() + 60 * args.minutes
    default = json.loads(subprocess.run([args.trainer, "--default-config"], capture_output=True, text=True, check=True).stdout)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        if args.data == "cifar10":
            random_cifar(directory)
        print("| network | parameters | engine | images/s | TFLOP/s | of the peak | compilation, s | waited for images |\n|---|---|---|---|---|---|---|---|", flush=True)
        devices = set()
        for network, config in configs(default).items():
            if args.only and network not in args.only:
                continue
            path = directory / f"{network}.json"
            path.write_text(json.dumps(config))
            common = ["--data", args.data, "--data-dir", name, "--config", str(path), "--budget", args.budget, "--validation", str(config["batch_size"])]
            operations = None  # of the forward pass, as our trainer counts them
            for engine, command, half in runs(args, common, str(directory / "programs")):
                if time.monotonic() > end:
                    print(f"| {network} | | {engine} | not measured: {args.minutes:.0f} minutes were over | | | | |", flush=True)
                    continue
                result, why = last_line(command, min(args.limit, max(end - time.monotonic(), 20)))
                if result is None:
                    print(f"| {network} | | {engine} | {why} | | | | |", flush=True)
                    continue
                devices.add(result["engine"])
                operations = result.get("multiply_adds", operations)
                speed = result["images_per_second"]
                flops = 6 * operations * speed / 1e12 if operations else math.nan
                top = peak(result["engine"], half, args.peak)
                share = f"{100 * flops / top:.1f} %" if top else ""
                wait = f"{100 * result['wait_seconds'] / result['train_seconds']:.1f} %" if "wait_seconds" in result else ""
                print(f"| {network} | {result['parameters']:,} | {engine} | {speed:,.0f} | {flops:.3g} | {share} | {result['compile_seconds']:.1f} | {wait} |", flush=True)
        print("\nEngines, as they name themselves:\n" + "".join(f"\n- {d}" for d in sorted(devices)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
