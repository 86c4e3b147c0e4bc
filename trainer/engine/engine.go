// Package engine opens what networks compute on.
package engine

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// Engine is a backend of GoMLX.
type Engine struct {
	compute.Backend
	// About says what it is, for the log of a trial.
	About string
	// Patches tells that it computes in the memory of this machine, convolutions as
	// products with image patches.
	Patches bool
	// Programs are the compiled programs that are kept; nil if none are.
	Programs *Programs
}

// opener makes an engine.
type opener struct {
	name string
	open func(argument, cache string) (*Engine, error)
}

// openers are the engines that this program was built with.
var openers = []opener{{"go", openGo}}

// Names lists the engines that this program was built with.
func Names() []string {
	var names []string
	for _, o := range openers {
		names = append(names, o.name)
	}
	return names
}

// Known reports an engine of that name that this program does not have, without
// opening it.
func Known(name string) error {
	_, _, err := find(name)
	return err
}

// Open opens the engine of that name. What follows a colon is an argument for the engine: the
// plugin of xla. Cache is a directory for compiled programs, which is made; empty means that
// none are kept.
func Open(name, cache string) (*Engine, error) {
	o, argument, err := find(name)
	if err != nil {
		return nil, err
	}
	return o.open(argument, cache)
}

func find(name string) (o opener, argument string, err error) {
	name, argument, _ = strings.Cut(name, ":")
	i := slices.IndexFunc(openers, func(o opener) bool { return o.name == name })
	if i < 0 {
		return o, "", fmt.Errorf("no engine %q in this program, expected one of %s (docs/trainer.md says how to build others)", name, strings.Join(Names(), ", "))
	}
	return openers[i], argument, nil
}

// openGo opens the pure Go backend. Operations run one after the other, each on all
// processors: with operations side by side, the backend's default, version 0.1.6 deadlocks.
func openGo(argument, cache string) (*Engine, error) {
	switch {
	case argument != "":
		return nil, fmt.Errorf("engine go takes no argument, got %q", argument)
	case cache != "":
		return nil, errors.New("engine go compiles within milliseconds and keeps no programs")
	}
	b, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, err
	}
	about := "Go backend of gomlx/compute " + version("github.com/gomlx/compute")
	if SIMD() {
		about += ", simd"
	}
	return &Engine{Backend: b, About: about, Patches: true}, nil
}

// SIMD reports whether this program was built with GOEXPERIMENT=simd, without which the
// matrix products of the Go backend are many times slower on amd64.
func SIMD() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool {
		return s.Key == "GOEXPERIMENT" && slices.Contains(strings.Split(s.Value, ","), "simd")
	})
}

// version is that of a module in this program.
func version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == module {
				return d.Version
			}
		}
	}
	return "(version unknown)"
}
