// Command nasalyze-train trains one configuration of the search space of package
// trainer for one budget: nasalyze train runs it. It is a program of its own because of its
// engine, which makes it large and may be built for a processor or with cgo, while
// nasalyze is a static program that runs everywhere. Build it with
//
//	GOEXPERIMENT=simd CGO_ENABLED=0 go build ./cmd/nasalyze-train
//
// It prints JSON lines: the learning curve, then the loss.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second ^C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// usageError marks errors of the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run executes a command line and returns the exit status: 1 if the training could not be
// done, 2 if the command line makes no sense.
func run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	cmd := newCommand(env, stdin, stdout, stderr)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "nasalyze train: %v\nRun 'nasalyze train --help' for what it takes.\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "nasalyze train: %v\n", err)
	return 1
}
