package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/nasalyze/nasalyze/bench/internal/venv"
)

//go:embed peers/*.py peers/*.R requirements-*.txt
var files embed.FS

// environment is a set of packages that peers run in: of Python, set up here, or of
// R, which the machine must have.
type environment struct {
	name string
	// from and until bound the Python versions that the pinned packages take:
	// from <= minor version of Python 3 < until.
	from, until int
	// r lists packages of R.
	r []string
}

// extension of scripts for the environment.
func (e *environment) extension() string {
	if e.r != nil {
		return ".R"
	}
	return ".py"
}

var (
	deepcave = &environment{name: "deepcave", from: 10, until: 11}
	automl   = &environment{name: "automl", from: 10, until: 11}
	science  = &environment{name: "science", from: 11, until: 15}
	ranger   = &environment{name: "R", r: []string{"ranger", "jsonlite"}}
)

// pythons finds and sets up interpreters. Each environment is tried once.
type pythons struct {
	root  string // of the virtual environments
	given string // interpreters to try first, separated by commas
	log   func(format string, args ...any)
	ready map[*environment]interpreter
}

type interpreter struct {
	path string
	err  error
}

// interpreter returns that of an environment, which is set up if it is not there.
func (p *pythons) interpreter(ctx context.Context, env *environment) (string, error) {
	if in, ok := p.ready[env]; ok {
		return in.path, in.err
	}
	setUp := p.setUp
	if env.r != nil {
		setUp = findR
	}
	path, err := setUp(ctx, env)
	if err != nil {
		p.log("%s: cannot be set up, so its peers are not run: %v", env.name, err)
	}
	if ctx.Err() == nil {
		p.ready[env] = interpreter{path, err}
	}
	return path, err
}

func (p *pythons) setUp(ctx context.Context, env *environment) (string, error) {
	requirements, err := files.ReadFile("requirements-" + env.name + ".txt")
	if err != nil {
		return "", err
	}
	finder := venv.Finder{Root: p.root, Given: p.given, Log: p.log}
	return finder.SetUp(ctx, &venv.Environment{Name: env.name, From: env.from, Until: env.until, Requirements: requirements})
}

// findR returns an Rscript that has the packages of the environment.
func findR(ctx context.Context, env *environment) (string, error) {
	var code strings.Builder
	for _, name := range env.r {
		fmt.Fprintf(&code, "invisible(packageVersion('%s'));", name)
	}
	out, err := exec.CommandContext(ctx, "Rscript", "-e", code.String()).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("found no Rscript with the packages %s (Debian and Ubuntu: apt-get install r-base-core r-cran-%s): %w %s",
			strings.Join(env.r, " and "), strings.Join(env.r, " r-cran-"), err, venv.Tail(out, 1))
	}
	return "Rscript", nil
}

// writeScripts puts the peers' scripts into dir.
func writeScripts(dir string) error {
	entries, err := files.ReadDir("peers")
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return errors.New("no scripts embedded")
	}
	for _, e := range entries {
		text, err := files.ReadFile("peers/" + e.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
