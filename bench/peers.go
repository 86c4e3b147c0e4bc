package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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
	root, err := filepath.Abs(p.root)
	if err != nil {
		return "", err
	}
	name := "requirements-" + env.name + ".txt"
	requirements, err := files.ReadFile(name)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, env.name)
	python := filepath.Join(dir, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(dir, "Scripts", "python.exe")
	}
	// The mark is written last, so that a set-up that broke off is done again, as
	// is one from another list.
	mark := filepath.Join(dir, "complete")
	want := fmt.Sprintf("%x\n", sha256.Sum256(requirements))
	if got, err := os.ReadFile(mark); err == nil && string(got) == want {
		return python, nil
	}
	base, err := p.find(ctx, env)
	if err != nil {
		return "", err
	}
	p.log("%s: setting up %s with %s; this takes minutes, once", env.name, dir, base)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	list := filepath.Join(root, name)
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{base, "-m", "venv", dir},
		{python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--requirement", list},
	} {
		out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
		if err != nil {
			p.log("%s", tail(out, 12))
			return "", fmt.Errorf("%s: %w", strings.Join(args[1:4], " "), err)
		}
	}
	return python, os.WriteFile(mark, []byte(want), 0o644)
}

// find returns a Python of a version that the environment takes.
func (p *pythons) find(ctx context.Context, env *environment) (string, error) {
	var candidates []string
	if p.given != "" {
		candidates = strings.Split(p.given, ",")
	}
	candidates = append(candidates, "python3", "python")
	for minor := env.until - 1; minor >= env.from; minor-- {
		candidates = append(candidates, fmt.Sprintf("python3.%d", minor))
	}
	// pyenv puts a python3.N on the path that refuses to run unless it is chosen.
	pyenv := os.Getenv("PYENV_ROOT")
	if home, err := os.UserHomeDir(); pyenv == "" && err == nil {
		pyenv = filepath.Join(home, ".pyenv")
	}
	if more, err := filepath.Glob(filepath.Join(pyenv, "versions", "*", "bin", "python3")); err == nil {
		slices.Reverse(more)
		candidates = append(candidates, more...)
	}
	for _, c := range candidates {
		out, err := exec.CommandContext(ctx, c, "-c", "import sys, venv, ensurepip; print(*sys.version_info[:2])").Output()
		if err != nil {
			continue
		}
		var major, minor int
		if _, err := fmt.Sscan(string(out), &major, &minor); err == nil && major == 3 && minor >= env.from && minor < env.until {
			return c, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	versions := fmt.Sprintf("3.%d", env.from)
	if env.until-env.from > 1 {
		versions += fmt.Sprintf(" to 3.%d", env.until-1)
	}
	return "", fmt.Errorf("found no Python %s with venv and pip; -python names one", versions)
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
			strings.Join(env.r, " and "), strings.Join(env.r, " r-cran-"), err, tail(out, 1))
	}
	return "Rscript", nil
}

// tail returns the last lines of a program's output.
func tail(out []byte, lines int) string {
	all := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
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
