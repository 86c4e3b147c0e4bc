package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

// trainerName is the program that trains; see cmd/nasalyze-train for why it is one of its own.
const trainerName = "nasalyze-train"

// newTrain runs the trainer with the same arguments.
func newTrain(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "train",
		Short: "Train one configuration of the paper's search space for one budget",
		Long: `train runs the program ` + trainerName + `, which trains one configuration of the search space of Zela,
Klein, Falkner and Hutter (arXiv:1807.06906) for one budget of seconds. It prints JSON lines: the learning curve,
then one with the loss.

  nasalyze train --default-config > c.json
  nasalyze train --data digits --config c.json --budget 2s

What it takes is said by "nasalyze train --help" where the program is: beside nasalyze, in the path,
or where NASALYZE_TRAIN says. To build it:

  ` + buildTrainer(),
		// Not run by the tests of the help: the program may not be there.
		Example:            "  NASALYZE_TRAIN=bin/nasalyze-train nasalyze train --data digits --config c.json --budget 2s",
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := findTrainer()
			if err != nil {
				if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
					return cmd.Help()
				}
				return err
			}
			if s.out == os.Stdout {
				// Signals and the exit status are the trainer's own then.
				if err := replaceProcess(program, args); !errors.Is(err, errors.ErrUnsupported) {
					return cannot("run", program, err)
				}
			}
			train := exec.Command(program, args...) // ^C reaches it without us
			train.Stdin, train.Stdout, train.Stderr = s.in, s.out, s.err
			return train.Run()
		},
	}
}

// buildTrainer is the command that builds the trainer.
func buildTrainer() string {
	install := "CGO_ENABLED=0 go install github.com/nasalyze/nasalyze/cmd/" + trainerName + "@latest"
	if runtime.GOARCH == "amd64" {
		install = "GOEXPERIMENT=simd " + install // matrix products are many times as fast
	}
	return install
}

// findTrainer returns the path of the trainer: where NASALYZE_TRAIN says, beside this program, or in the path.
func findTrainer() (string, error) {
	if named := os.Getenv("NASALYZE_TRAIN"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("NASALYZE_TRAIN is %q, which cannot be run: %w", named, errors.Unwrap(err))
		}
		return path, nil
	}
	if self, err := os.Executable(); err == nil {
		if beside, err := exec.LookPath(filepath.Join(filepath.Dir(self), trainerName)); err == nil {
			return beside, nil
		}
	}
	path, err := exec.LookPath(trainerName)
	if err != nil {
		return "", fmt.Errorf("the program %s is neither beside nasalyze nor in the path; build it with\n  %s", trainerName, buildTrainer())
	}
	return path, nil
}
