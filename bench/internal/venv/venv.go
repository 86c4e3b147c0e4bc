// Package venv sets up virtual environments of Python from lists of pinned versions.
package venv

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Environment is a set of packages that a virtual environment holds.
type Environment struct {
	Name string
	// From and Until bound the Python versions that the packages take: From <= minor
	// version of Python 3 < Until.
	From, Until int
	// Requirements is the list of packages, as pip reads it.
	Requirements []byte
}

// Finder finds and sets up interpreters.
type Finder struct {
	// Root is the folder of the virtual environments.
	Root string
	// Given are interpreters to try first, separated by commas.
	Given string
	Log   func(format string, args ...any)
}

// SetUp returns the interpreter of an environment, which is made if it is not there.
func (f *Finder) SetUp(ctx context.Context, env *Environment) (string, error) {
	root, err := filepath.Abs(f.Root)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, env.Name)
	python := filepath.Join(dir, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(dir, "Scripts", "python.exe")
	}
	// The mark is written last, so that a set-up that broke off is done again, as
	// is one from another list.
	mark := filepath.Join(dir, "complete")
	want := fmt.Sprintf("%x\n", sha256.Sum256(env.Requirements))
	if got, err := os.ReadFile(mark); err == nil && string(got) == want {
		return python, nil
	}
	base, err := f.find(ctx, env)
	if err != nil {
		return "", err
	}
	f.Log("%s: setting up %s with %s; this takes minutes, once", env.Name, dir, base)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	list := filepath.Join(root, "requirements-"+env.Name+".txt")
	if err := os.WriteFile(list, env.Requirements, 0o644); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{base, "-m", "venv", dir},
		{python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--requirement", list},
	} {
		out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
		if err != nil {
			f.Log("%s", Tail(out, 12))
			return "", fmt.Errorf("%s: %w", strings.Join(args[1:4], " "), err)
		}
	}
	return python, os.WriteFile(mark, []byte(want), 0o644)
}

// find returns a Python of a version that the environment takes.
func (f *Finder) find(ctx context.Context, env *Environment) (string, error) {
	var candidates []string
	if f.Given != "" {
		candidates = strings.Split(f.Given, ",")
	}
	candidates = append(candidates, "python3", "python")
	for minor := env.Until - 1; minor >= env.From; minor-- {
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
		if _, err := fmt.Sscan(string(out), &major, &minor); err == nil && major == 3 && minor >= env.From && minor < env.Until {
			return c, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	versions := fmt.Sprintf("3.%d", env.From)
	if env.Until-env.From > 1 {
		versions += fmt.Sprintf(" to 3.%d", env.Until-1)
	}
	return "", fmt.Errorf("found no Python %s with venv and pip; -python names one", versions)
}

// Tail returns the last lines of a program's output.
func Tail(out []byte, lines int) string {
	all := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}
