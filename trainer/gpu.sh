#!/bin/sh
# Builds the trainer with XLA, checks it, and measures it against PyTorch on this machine's GPU:
#
#	sh trainer/gpu.sh PLUGIN [PYTHON [OPTION...]]
#
# PLUGIN is a PJRT plugin; PYTHON has torch and numpy, "" leaves PyTorch out; options are those of
# trainer/pytorch/measure.py. Run it at the root of the repository. docs/gpu.md says what comes out.
set -eu
plugin=${1:?"usage: sh trainer/gpu.sh PLUGIN [PYTHON [OPTION...]]"}
python=${2:-}
[ $# -lt 2 ] || shift
shift
export CGO_ENABLED=1 NASALYZE_PJRT="$plugin" NASALYZE_TORCH="$python"
: "${GOPJRT_CUDA_CHECKS:=0}"
export GOPJRT_CUDA_CHECKS
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
echo "# Build"
go version
go build -tags xla -o "$bin/" ./cmd/nasalyze-train
echo "# Check"
# The XLA engine against the Go engine in double precision, bfloat16 against float32, programs that are kept;
# the PyTorch script against the Go engine.
go test -tags xla -count 1 -v -run 'XLA|Mixed|CompileCache|PyTorch$' ./trainer/network ./cmd/nasalyze-train > "$bin/checks" 2>&1 ||
	{ cat "$bin/checks"; exit 1; }
grep -v '^=== ' "$bin/checks"
echo "# Measure"
[ -n "$python" ] || set -- --no-torch "$@"
"${python:-python3}" trainer/pytorch/measure.py --trainer "$bin/nasalyze-train" --engine "xla:$plugin" "$@"
