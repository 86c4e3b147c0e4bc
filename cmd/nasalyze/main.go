// Command nasalyze analyses the logs of multi-budget searches over neural
// architectures and hyperparameters: do ranks at a small budget carry over to a
// large one, and which dimensions matter at which budget?
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second ^C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitFailure = 1 // the job could not be done
	exitUsage   = 2 // the command line makes no sense
)

// run executes one command line and returns the exit status. Data goes to
// stdout, words and progress to stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(&streams{stdin, stdout, stderr})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "nasalyze: interrupted")
		return exitFailure
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "nasalyze: %v\nRun 'nasalyze --help' or the command with --help for what it takes.\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "nasalyze: %s\n", strings.TrimPrefix(err.Error(), "nasalyze: ")) // as those of the module's root begin
	return exitFailure
}
