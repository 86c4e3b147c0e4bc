package main

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bench/internal/venv"
)

//go:embed peers/*.py
var scripts embed.FS

//go:embed requirements-hpbandster.txt
var hpbandsterList []byte

//go:embed requirements-searchers.txt
var searchersList []byte

var (
	hpbandster = &venv.Environment{Name: "hpbandster", From: 9, Until: 12, Requirements: hpbandsterList}
	searchers  = &venv.Environment{Name: "searchers", From: 11, Until: 13, Requirements: searchersList}
)

// pythons finds and sets up the interpreters of peers, and holds their scripts.
type pythons struct {
	venv.Finder
	dir string
}

// newPythons writes the scripts to a folder.
func newPythons(root, given, dir string, say func(string, ...any)) (*pythons, error) {
	p := &pythons{venv.Finder{Root: root, Given: given, Log: say}, dir}
	return p, os.CopyFS(dir, scripts)
}

// peer is a searcher in a process of its own. One process does one run after the other.
type peer struct {
	script      string
	environment *venv.Environment

	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

// start begins a run, and the process if it is the first.
func (p *peer) start(ctx context.Context, pythons *pythons, w *workload, seed, workers, trials int) (searcher, error) {
	if p.process == nil {
		python, err := pythons.SetUp(ctx, p.environment)
		if err != nil {
			return nil, err
		}
		if err := p.launch(ctx, python, pythons.dir); err != nil {
			return nil, err
		}
	}
	type param struct {
		Name    string  `json:"name"`
		Kind    string  `json:"kind"`
		Lower   float64 `json:"lower"`
		Upper   float64 `json:"upper"`
		Log     bool    `json:"log"`
		Choices int     `json:"choices"`
	}
	var setting struct {
		New struct {
			Params  []param   `json:"params"`
			Budgets []float64 `json:"budgets"`
			Eta     float64   `json:"eta"`
			Seed    int       `json:"seed"`
			Workers int       `json:"workers"`
			Trials  int       `json:"trials"`
		} `json:"new"`
	}
	n := &setting.New
	n.Budgets, n.Eta, n.Seed, n.Workers, n.Trials = w.budgets, w.eta, seed, workers, trials
	for _, q := range w.space.Params {
		kind := map[nasalyze.Kind]string{nasalyze.Float: "float", nasalyze.Int: "int", nasalyze.Categorical: "categorical"}[q.Kind]
		n.Params = append(n.Params, param{q.Name, kind, q.Lower, q.Upper, q.Log, len(q.Choices)})
	}
	t := &talk{peer: p}
	a, err := t.say(setting)
	t.began, t.versionsOf = a.CPU, a.Versions
	return t, err
}

// launch starts the process. A script finds harness.py beside itself.
func (p *peer) launch(ctx context.Context, python, dir string) error {
	cmd := exec.CommandContext(ctx, python, filepath.Join(dir, "peers", p.script))
	// One core, and no hash of Python's that differs from run to run.
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1", "PYTHONHASHSEED=0")
	cmd.Dir = dir // for files that a peer leaves where it is
	cmd.Stderr = os.Stderr
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = bufio.NewScanner(out)
	p.process = cmd
	return cmd.Start()
}

// stop ends the process.
func (p *peer) stop() {
	if p.process != nil {
		p.in.Close()
		p.process.Wait()
		p.process = nil
	}
}

// talk is one run of a peer.
type talk struct {
	*peer
	began, now float64
	versionsOf []string
}

// answer is whatever a peer answers.
type answer struct {
	ID       int       `json:"id"`
	Config   []float64 `json:"config"`
	Budget   float64   `json:"budget"`
	Wait     bool      `json:"wait"`
	CPU      float64   `json:"cpu"`
	Versions []string  `json:"versions"`
}

func (t *talk) say(question any) (a answer, err error) {
	if err = json.NewEncoder(t.in).Encode(question); err != nil {
		return a, fmt.Errorf("%s: %w", t.script, err)
	}
	if !t.out.Scan() {
		return a, fmt.Errorf("%s: no answer: %w", t.script, t.process.Wait())
	}
	if err = json.Unmarshal(t.out.Bytes(), &a); err != nil {
		return a, fmt.Errorf("%s: %q: %w", t.script, t.out.Text(), err)
	}
	t.now = a.CPU
	return a, nil
}

func (t *talk) ask() (trial, bool, error) {
	a, err := t.say(map[string]bool{"ask": true})
	return trial{a.ID, a.Config, a.Budget}, !a.Wait, err
}

func (t *talk) tell(id int, loss float64) error {
	_, err := t.say(map[string]any{"tell": id, "loss": loss})
	return err
}

func (t *talk) cpu() float64       { return t.now - t.began }
func (t *talk) versions() []string { return t.versionsOf }
