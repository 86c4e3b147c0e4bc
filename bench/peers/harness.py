"""What every peer script shares: the job comes as JSON on standard input, the
result goes as JSON lines to standard output, and the last line counts.

A result is sent before and after every phase, so that a run that hits its time
limit still tells what it had finished, and when.
"""

import contextlib
import gc
import importlib.metadata
import json
import math
import platform
import resource
import sys
import time
import warnings


def memory(field):
    """VmRSS or VmHWM of this process in bytes.

    The kernel's ru_maxrss is that of the parent at the fork where that was
    larger, so it is used only where there is no /proc.
    """
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return 1024 * int(line.split()[1])
    except OSError:
        pass
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Report:
    """The result of one job."""

    def __init__(self, *packages):
        warnings.simplefilter("ignore")
        self.job = json.load(sys.stdin)
        self._out = sys.stdout
        sys.stdout = sys.stderr  # what a library prints is no result
        self._phases = {}
        self._answers = []
        self._notes = []
        self._versions = ["Python " + platform.python_version()]
        self._versions += [f"{p} {importlib.metadata.version(p)}" for p in packages]
        self._base = 0
        self._peak = 0
        self._progress = None
        self._told = 0.0

    def ready(self):
        """Ends imports and reading: what the process takes by now is its base."""
        gc.collect()
        self._base = memory("VmRSS")

    @contextlib.contextmanager
    def phase(self, name):
        """Times what is inside; the same name again is a repeat."""
        self.send(done=False)  # a sign of life: from now on it is this phase that takes time
        start, cpu = time.perf_counter(), time.process_time()
        yield
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        self._peak = memory("VmHWM")
        self._progress = None
        self._phases.setdefault(name, {"seconds": [], "cpu": []})
        self._phases[name]["seconds"].append(seconds)
        self._phases[name]["cpu"].append(cpu)
        print(f"{name}: {seconds:.3f} s", file=sys.stderr, flush=True)
        self.send(done=False)

    def repeat(self, name, work):
        """Times work() as often as the job asks for, and returns its last value."""
        for _ in range(self.job.get("repeats") or 1):
            with self.phase(name):
                value = work()
        return value

    def progress(self, done, total, seconds):
        """Tells how far a phase has come, at most once a second."""
        if done < total and time.perf_counter() - self._told > 1:
            self._told = time.perf_counter()
            self._progress = {"done": done, "total": total, "seconds": seconds}
            self._peak = memory("VmHWM")
            self.send(done=False)

    def answer(self, name, value):
        value = float(value)
        self._answers.append({"name": name, "value": value if math.isfinite(value) else None})

    def note(self, text):
        self._notes.append(text)

    def send(self, done=True):
        json.dump(
            {
                "done": done,
                "phases": [{"name": k, **v} for k, v in self._phases.items()],
                "answers": self._answers,
                "notes": self._notes,
                "versions": self._versions,
                "progress": self._progress,
                "base": self._base,
                "peak": self._peak,
            },
            self._out,
        )
        self._out.write("\n")
        self._out.flush()


def r2(prediction, truth):
    """The coefficient of determination."""
    return 1 - ((truth - prediction) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
