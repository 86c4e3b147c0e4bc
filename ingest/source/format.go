package source

import (
	"context"

	"github.com/nasalyze/nasalyze"
)

// Format is one kind of log: how to know it and how to read it.
type Format struct {
	// Name for the command line, such as "hpbandster".
	Name string
	// Doc is one line for people.
	Doc string
	// Detect reports whether the source is of this format and why, or why not.
	// It looks at names and first bytes only.
	Detect func(*Source) (reason string, ok bool)
	// Read reads the source. Odd input is a finding; the error is for a source
	// of which nothing is usable, for options that make no sense, and for ctx.
	Read func(context.Context, *Source, Options, *Findings) (*nasalyze.Study, error)
}

// Options say what a log does not say itself. The zero value leaves everything to the log.
type Options struct {
	// Format forces the named format; empty means detection.
	Format string
	// Space replaces the space that the log has or that would be inferred.
	Space *nasalyze.Space
	// SpacePath is the file Space came from, for messages.
	SpacePath string
	// Objectives names the measured quantities, in order; nil means the format's default.
	Objectives []string
	// Maximize names the objectives of which more is better.
	Maximize []string
	// Minimize names the objectives of which less is better where the log says otherwise.
	Minimize []string
	// BudgetName and BudgetUnit of the study, such as "epochs" and ""; empty
	// means what the log says.
	BudgetName, BudgetUnit string

	// BudgetColumn, SeedColumn, InstanceColumn, IDColumn and StatusColumn name
	// columns of a table; empty means the usual names.
	BudgetColumn, SeedColumn, InstanceColumn, IDColumn, StatusColumn string
	// ConfigPrefix marks the columns of a table that are parameters.
	ConfigPrefix string
	// Wide is the pattern of the columns of a wide table (one row per
	// configuration, one column per budget), with {budget} for the number, such
	// as "loss@{budget}". Empty means a long table.
	Wide string

	// InfoLimit bounds the bytes of Trial.Info that are kept over all trials:
	// 0 means 256 MiB, a negative number none. What is beyond is dropped and counted.
	InfoLimit int64
	// Progress, if not nil, is called now and then with the bytes read so far
	// and the bytes there are.
	Progress func(done, total int64)
}

// DefaultInfoLimit is the default of Options.InfoLimit.
const DefaultInfoLimit = 256 << 20

// Direction reports whether the named objective is to be maximised under the
// options, given what the log says.
func (o *Options) Direction(name string, logged bool) bool {
	for _, n := range o.Minimize {
		if n == name {
			return false
		}
	}
	for _, n := range o.Maximize {
		if n == name {
			return true
		}
	}
	return logged
}
