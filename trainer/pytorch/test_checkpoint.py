"""Checkpoints of train.py: go test -run PyTorch ./trainer/run with NASALYZE_TORCH, or python -m unittest here."""

import contextlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import torch

import train

CONFIG = {**{f"nr_residual_blocks_{g}": 1 for g in (1, 2, 3)}, "res_branches_1": 1, "res_branches_2": 2, "res_branches_3": 1,
          "initial_filters": 8, "widen_factor_1": 0.5, "widen_factor_2": 1.5, "widen_factor_3": 1.5, "learning_rate": 0.1, "batch_size": 32,
          "weight_decay": 3e-4, "momentum": 0.9, "alpha": 0.2, "length": 4, "death_rate": 0.1}
HERE = pathlib.Path(__file__).parent


class Checkpoints(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.config = self.dir / "c.json"
        self.config.write_text(json.dumps(CONFIG))

    def train(self, budget, *args, stop=None):
        """Train with a clock by which a step takes 1/16 s; stop after that many points. Returns the last line."""
        ticks = iter(range(10**9))
        out, points = io.StringIO(), 0

        def clock():
            nonlocal points
            points = out.getvalue().count("\n")
            if stop is not None and points >= stop:
                os.kill(os.getpid(), signal.SIGTERM)
            return next(ticks) / 16

        with contextlib.redirect_stdout(out):
            train.main(["--data", "digits", "--config", str(self.config), "--budget", str(budget), "--first-cycle", "1", *map(str, args)], clock)
        return json.loads(out.getvalue().splitlines()[-1])

    def refused(self, says, *args, **kwargs):
        with self.assertRaises(SystemExit) as e:
            self.train(*args, **kwargs)
        self.assertIn(says, str(e.exception.code))

    def state(self, path):
        s = torch.load(path, weights_only=True)
        return {**s["model"], **{f"velocity {k}": v["momentum_buffer"] for k, v in s["optimizer"]["state"].items()}}, s["fields"]

    def test_resume(self):
        whole, parts = self.dir / "whole", self.dir / "parts"
        want = self.train(3, "--checkpoint", whole, "--keep-checkpoint")
        for _ in range(2):
            self.refused(f"goes on from {parts}", 3, "--checkpoint", parts, stop=6)
        got = self.train(3, "--checkpoint", parts, "--keep-checkpoint")
        self.assertGreater(got["continued_at"], 0.5)
        for key in ("loss", "test_error", "train_loss", "steps", "train_seconds", "cycles"):
            self.assertEqual(got[key], want[key], key)
        (a, fields), (b, _) = self.state(whole), self.state(parts)
        self.assertEqual(a.keys(), b.keys())
        for key in a:
            self.assertTrue(torch.equal(a[key], b[key]), key)
        self.assertTrue(fields["done"])
        self.train(3, "--checkpoint", parts)  # is over already; then the file is removed
        self.assertEqual(sorted(p.name for p in self.dir.iterdir()), ["c.json", "whole"])

    def test_continue(self):
        low = self.dir / "low"
        self.train(1, "--checkpoint", low, "--keep-checkpoint")
        high = self.train(3, "--continue", low)
        self.assertEqual((high["continued_at"], high["train_seconds"], high["cycles"], high["steps"]), (1, 3, 1, 48))
        self.refused("leaves nothing of a budget of 1", 1, "--continue", low)
        self.refused("seed is 0, not 1", 3, "--continue", low, "--seed", 1)
        self.refused("there is no checkpoint", 3, "--continue", self.dir / "none")
        self.refused("move it away", 3, "--checkpoint", low)
        self.config.write_text(json.dumps({**CONFIG, "initial_filters": 9}))
        self.refused("config is", 3, "--continue", low)
        low.write_bytes(low.read_bytes()[:1000])
        self.refused("is no checkpoint, or a torn one", 3, "--continue", low)

    def test_terminate(self):
        def terminated(*args):
            command = [sys.executable, str(HERE / "train.py"), "--data", "digits", "--config", str(self.config), "--budget", "60s", *args]
            p = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            p.stdout.readline()
            p.send_signal(signal.SIGTERM)
            _, says = p.communicate(timeout=60)
            self.assertEqual(p.returncode, 1)
            return says

        self.assertIn("nothing was kept", terminated())
        state = self.dir / "state"
        self.assertIn(f"goes on from {state}", terminated("--checkpoint", str(state)))
        self.assertGreater(self.state(state)[1]["steps"], 0)

    def test_full_disk(self):
        disk = self.dir / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", disk]).returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        try:
            state = disk / "state"
            self.refused("goes on from", 3, "--checkpoint", state, stop=2)
            before = state.read_bytes()
            with contextlib.suppress(OSError), open(disk / "others", "wb", buffering=0) as f:
                while f.write(bytes(4096)):
                    pass
            self.refused(f"cannot write the checkpoint {state}", 3, "--checkpoint", state, stop=2)
            self.assertEqual(state.read_bytes(), before)
            self.assertEqual(sorted(p.name for p in disk.iterdir()), ["others", "state"])
        finally:
            subprocess.run(["umount", disk], check=True)


if __name__ == "__main__":
    unittest.main()
