package network

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/trainer"
)

// torchScript evaluates the network of trainer/pytorch, and trains it for one step with given factors.
const torchScript = `
import json, sys
sys.path.insert(0, "../pytorch")
import torch
import torch.nn.functional as F
import network

case = json.load(open(sys.argv[1]))
torch.set_default_dtype(torch.float64)
images = torch.tensor(case["Images"]).reshape(case["Shape"]).permute(0, 3, 1, 2)
model = network.Network(case["Config"], images.shape[1], case["Classes"])
model.load(case["Parameters"], case["Statistics"])
model.eval()
with torch.no_grad():
    logits = model(images)

# One step: the factors that we drew instead of its own.
factors = torch.tensor(case["Coefficients"]).reshape(len(images), -1).T
column = 0
def drawn(block, x):
    global column
    k = len(block.branches)
    both = factors[column:column + 2 * k].reshape(2, k, len(images), 1, 1, 1)
    column += 2 * k
    return both
network.Block.factors = drawn
model.train()
for m in model.modules():
    if isinstance(m, torch.nn.BatchNorm2d):
        m.momentum = 1.0
targets = torch.tensor(case["Targets"]).reshape(len(images), -1)
step = torch.optim.SGD(model.parameters(), lr=0.1, momentum=case["Config"]["momentum"], weight_decay=case["Config"]["weight_decay"], nesterov=True)
losses = []
for _ in range(2):
    column = 0
    loss = F.cross_entropy(model(images), targets)
    step.zero_grad()
    loss.backward()
    step.step()
    losses.append(loss.item())
model.eval()
with torch.no_grad():
    after = model(images)
print(json.dumps(dict(Logits=logits.flatten().tolist(), Losses=losses, After=after.flatten().tolist())))
`

// The network, two shaken steps of its training and its running statistics against
// PyTorch: NASALYZE_TORCH names a Python that has it (shown with torch 2.15.0 and numpy 2.4.6).
func TestAgainstPyTorch(t *testing.T) {
	python := os.Getenv("NASALYZE_TORCH")
	if python == "" {
		t.Skip("NASALYZE_TORCH does not name a Python with torch")
	}
	wide := small
	wide.Blocks, wide.Filters, wide.Widen, wide.Branches = [3]int{2, 1, 2}, 8, [3]float64{1.5, 2, 1.3}, [3]int{2, 1, 3}
	for _, c := range []struct {
		config trainer.Config
		input  Input
	}{{small, smallInput}, {wide, Input{8, 8, 1, 10}}, {wide, Input{9, 12, 3, 4}}} {
		m := forms[float64](t, c.config, c.input)[0]
		rng := rand.New(rand.NewPCG(10, 10))
		state, err := m.State()
		if err != nil {
			t.Fatal(err)
		}
		for i := range state { // away from where training starts, but for the velocities
			if i < len(m.Parameters) || i >= 2*len(m.Parameters) {
				for k := range state[i] {
					state[i][k] *= math.Exp(0.3 * rng.NormFloat64())
				}
			}
		}
		if err := m.SetState(state); err != nil {
			t.Fatal(err)
		}
		b := batchFor[float64](m.Plan, rng, false)
		config := map[string]any{"initial_filters": c.config.Filters, "death_rate": c.config.DeathRate, "momentum": c.config.Momentum, "weight_decay": c.config.WeightDecay}
		for g, name := range []string{"1", "2", "3"} {
			config["nr_residual_blocks_"+name], config["widen_factor_"+name], config["res_branches_"+name] = c.config.Blocks[g], c.config.Widen[g], c.config.Branches[g]
		}
		n := len(m.Parameters)
		text, err := json.Marshal(map[string]any{"Config": config, "Classes": c.input.Classes, "Shape": []int{c.config.BatchSize, c.input.Height, c.input.Width, c.input.Channels},
			"Images": b.Images, "Targets": b.Targets, "Coefficients": b.Coefficients, "Parameters": state[:n], "Statistics": state[2*n:]})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "case.json")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(python, "-", path)
		cmd.Stdin, cmd.Stderr = strings.NewReader(torchScript), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ Logits, Losses, After []float64 }
		if err := json.Unmarshal(out, &want); err != nil {
			t.Fatal(err)
		}
		logits, err := m.Logits(b.Images)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "logits", logits, want.Logits)
		for step := range 2 {
			loss, err := m.Step(b, 0.1, 1)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "loss", []float64{loss}, want.Losses[step:step+1])
		}
		if logits, err = m.Logits(b.Images); err != nil {
			t.Fatal(err)
		}
		near(t, "logits after two steps", logits, want.After)
	}
}

// near fails unless got and want agree to 1e-9.
func near(t *testing.T, what string, got, want []float64) {
	t.Helper()
	worst := math.Inf(1)
	if len(got) == len(want) {
		worst = 0
		for i := range want {
			worst = max(worst, math.Abs(got[i]-want[i])/max(1, math.Abs(want[i])))
		}
	}
	t.Logf("%s: largest difference %.1g", what, worst)
	if !(worst <= 1e-9) {
		t.Errorf("%s: %v, PyTorch has %v", what, got, want)
	}
}
