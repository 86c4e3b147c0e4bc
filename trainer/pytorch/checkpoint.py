"""Checkpoints of a training, whole or not there at all."""

import os
import sys
import tempfile

import numpy as np
import torch

FORMAT = "nasalyze PyTorch checkpoint 1"
FIELDS = ("spent", "steps", "order", "sums", "n", "last", "loss", "start", "done")


def identity(training):
    """What must be the same for a training to go on."""
    args = training.args
    return dict(config=training.config, data=args.data, seed=args.seed, validation=len(training.held[1]))


def write(path, training):
    """Write a file under another name and rename it, so that path always has a whole one."""
    state = dict(format=FORMAT, identity=identity(training), budget=training.args.budget, first_cycle=training.args.first_cycle,
                 model=training.model.state_dict(), optimizer=training.optimizer.state_dict(),
                 torch=torch.get_rng_state(), cuda=torch.cuda.get_rng_state_all() if training.device == "cuda" else [],
                 numpy=numpy_state(), fields={name: getattr(training, name) for name in FIELDS})
    name = None
    try:
        handle, name = tempfile.mkstemp(prefix="." + os.path.basename(path), dir=os.path.dirname(path) or ".")
        with os.fdopen(handle, "wb") as f:
            torch.save(state, f)
            f.flush()
            os.fsync(f.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except (OSError, RuntimeError) as e:  # PyTorch reports a full disk as the latter
        if name and os.path.exists(name):
            os.remove(name)
        sys.exit(f"cannot write the checkpoint {path}: {e}")


def numpy_state():
    """NumPy's state as what torch.load reads without running code."""
    name, keys, position, has_gauss, gauss = np.random.get_state()
    return [name, torch.from_numpy(keys.astype(np.int64)), position, has_gauss, gauss]


def read(path):
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["format"] != FORMAT:
            raise ValueError(state["format"])
        return state
    except Exception as e:  # whatever a file that is none makes of itself
        sys.exit(f"{path} is no checkpoint, or a torn one: {e}".splitlines()[0])


def resume(training):
    """Go on from the checkpoint of this budget if there is one, else from that of the lower budget if one is named."""
    args = training.args
    if args.checkpoint and os.path.exists(args.checkpoint):
        state = read(args.checkpoint)
        if (state["budget"], state["first_cycle"]) != (args.budget, args.first_cycle):
            sys.exit(f"the checkpoint {args.checkpoint} is of a budget of {state['budget']} seconds (first cycle {state['first_cycle']}), "
                     f"not of {args.budget} ({args.first_cycle}): move it away, or continue from it")
        restore(training, state, args.checkpoint)
    elif args.go_on:
        if not os.path.exists(args.go_on):
            sys.exit(f"there is no checkpoint {args.go_on} to continue from")
        state = read(args.go_on)
        spent = state["fields"]["spent"]
        if not state["fields"]["done"]:
            sys.exit(f"the training of the checkpoint {args.go_on} was interrupted at {spent:.1f} of {state['budget']} seconds: end it first")
        if spent >= args.budget:
            sys.exit(f"the checkpoint {args.go_on} has {spent:.1f} seconds of training, which leaves nothing of a budget of {args.budget}")
        restore(training, state, args.go_on)
        training.start, training.done = training.spent, False


def restore(training, state, path):
    ours = identity(training)
    for what, theirs in state["identity"].items():
        if theirs != ours[what]:
            sys.exit(f"the checkpoint {path} is of another training: {what} is {theirs}, not {ours[what]}")
    training.model.load_state_dict(state["model"])
    training.optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["torch"])
    if training.device == "cuda":
        torch.cuda.set_rng_state_all(state["cuda"])
    name, keys, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, gauss))
    for field, value in state["fields"].items():
        setattr(training, field, value.to(training.device) if isinstance(value, torch.Tensor) else value)
