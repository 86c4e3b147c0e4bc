package slurm

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze/bohb/local"
)

// own are the options of sbatch that the engine sets itself, or that make it do something else.
var own = []string{"--job-name", "-J", "--output", "-o", "--error", "-e", "--open-mode", "--array", "-a", "--parsable", "--wrap", "--wait", "-W", "--test-only", "--help", "-h", "--usage",
	"--version", "-V", "--quiet", "-Q"}

// CheckOptions refuses options of sbatch that the engine sets itself, and what is no option.
func CheckOptions(options []string) error {
	for i, option := range options {
		name, _, _ := strings.Cut(option, "=")
		if !strings.HasPrefix(option, "-") && (i == 0 || strings.Contains(options[i-1], "=") || !strings.HasPrefix(options[i-1], "-")) {
			return fmt.Errorf("%q is no option of sbatch", option)
		}
		if len(name) > 2 && name[0] == '-' && name[1] != '-' {
			name = name[:2] // -pgpu
		}
		if slices.Contains(own, name) {
			return fmt.Errorf("%s is set by the search", name)
		}
	}
	return nil
}

// SplitOptions splits a line of options at white space that is not in quotes, as a
// shell does, but for variables and patterns.
func SplitOptions(line string) ([]string, error) {
	var all []string
	var word strings.Builder
	var quote rune
	inWord, escaped := false, false
	for _, c := range line {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			inWord, escaped = true, true
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				word.WriteRune(c)
			}
		case c == '\'' || c == '"':
			inWord, quote = true, c
		case c == ' ' || c == '\t' || c == '\n':
			if inWord {
				all = append(all, word.String())
				word.Reset()
				inWord = false
			}
		default:
			inWord = true
			word.WriteRune(c)
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("%q ends within quotes", line)
	}
	if inWord {
		all = append(all, word.String())
	}
	return all, nil
}

// limited reports whether the options have a time limit.
func limited(options []string) bool {
	return slices.ContainsFunc(options, func(o string) bool {
		return strings.HasPrefix(o, "--time=") || o == "--time" || strings.HasPrefix(o, "-t")
	})
}

// minutes is the time limit of the job of a trial with a time limit. The trial's own comes
// first, and leaves time to end it and to write its outcome down.
func minutes(limit, grace time.Duration) int {
	whole := limit + grace + time.Minute + limit/50
	return int(math.Ceil(whole.Minutes()))
}

// quote is a word for the shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// arguments of sbatch, and the script, for an attempt.
func (e *Engine) arguments(a attempt, t *local.Task) (args []string, script string) {
	args = append(args, e.Options...)
	if t.Limit > 0 && !limited(e.Options) {
		args = append(args, fmt.Sprintf("--time=%d", minutes(t.Limit, t.Grace)))
	}
	// The name of the log is a pattern to sbatch.
	args = append(args, "--parsable", "--job-name="+e.prefix()+a.name(), "--open-mode=append", "--output="+strings.ReplaceAll(a.file("log"), "%", "%%"))
	script = "#!/bin/sh\nexec"
	for _, word := range append(slices.Clone(e.Worker), string(a)) {
		script += " " + quote(word)
	}
	return args, script + "\n"
}

// submit submits an attempt, and returns the id of its job.
func (e *Engine) submit(ctx context.Context, a attempt, t *local.Task) (string, error) {
	args, script := e.arguments(a, t)
	out, err := e.call(ctx, script, "sbatch", args...)
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // ;CLUSTER
	return id, nil
}
