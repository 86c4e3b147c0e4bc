// Package experiment holds the log of the paper's experiment in the small, so that the command has something to
// analyse before the user brings a log of their own.
//
// BOHB, as nasalyze searches, over the search space of package trainer: multi-branch residual
// networks, trained on handwritten digits for 2, 6, 18 and 54 seconds on a processor. README.md says how
// to make the log again.
package experiment

import (
	"embed"
	"io/fs"
)

//go:embed log/nasalyze.jsonl.gz
var files embed.FS

// Log returns the folder of the search: its journal, packed.
func Log() fs.FS {
	log, err := fs.Sub(files, "log")
	if err != nil {
		panic(err) // "log" is a valid path, so Sub cannot fail
	}
	return log
}
