package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// usageError marks errors of the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// oneOf lists what could stand for an unknown name, and what was probably meant.
func oneOf(unknown string, names []string) string {
	return "expected one of " + strings.Join(names, ", ") + source.DidYouMean(unknown, names)
}

// flagError words the errors of the flag parser as all others: the flag, its
// value, what is expected.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		flag := invalid.GetFlag()
		expected, known := map[string]string{
			"int": "a whole number", "uint64": "a whole number that is not negative", "float64": "a number",
			"float64Slice": "numbers with commas between them", "bool": "true or false",
		}[flag.Value.Type()]
		if known {
			return usagef("--%s is %q, expected %s", flag.Name, invalid.GetValue(), expected)
		}
		return usagef("--%s is %w", flag.Name, invalid.Unwrap())
	}
	var missing *pflag.NotExistError
	if errors.As(err, &missing) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if meant := source.DidYouMean(missing.GetSpecifiedName(), names); meant != "" {
			return usagef("%w%s", err, strings.Replace(meant, "mean ", "mean --", 1))
		}
	}
	return usageError{err}
}
