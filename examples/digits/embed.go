// Package digits holds the log of a real multi-budget search by another program, for
// tests and benchmarks.
//
// BOHB, as HpBandSter 0.7.4 implements it, chose the architecture and the
// hyperparameters of a small network on scikit-learn's handwritten digits, at
// 3, 9, 27 and 81 epochs. README.md says what was searched and how to make the
// log again; search.py and network.py beside it are the program that did.
package digits

import (
	"embed"
	"io/fs"
)

//go:embed log/configs.json log/results.json log/configspace.json
var files embed.FS

// Log returns the log folder: configs.json and results.json as HpBandSter's
// logger wrote them, and configspace.json, the search space.
func Log() fs.FS {
	log, err := fs.Sub(files, "log")
	if err != nil {
		panic(err) // "log" is a valid path, so Sub cannot fail
	}
	return log
}
