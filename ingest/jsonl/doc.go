// Package jsonl reads and writes nasalyze's own log format: JSON Lines with a
// header that holds the search space, then one line per configuration and one
// per trial. It keeps everything that a [nasalyze.Study] has, can be appended to
// while a search runs, and is what conversions go through. docs/format.md
// describes it in full.
//
//	{"nasalyze":1,"name":"digits","space":{...},"objectives":[{"name":"loss"}],"budget":{"name":"epochs"}}
//	{"config":"0","values":{"lr":0.01,"layers":2},"pick":"model"}
//	{"trial":"0","budget":9,"seed":1,"values":[0.25],"started":0,"finished":3.5}
//	{"trial":"0","budget":27,"status":"crashed","info":{"exception":"out of disk"}}
//
// [Write] writes a study, an [Encoder] line by line. Each line is one call of
// Write on the underlying writer, so that a killed writer leaves at most one
// torn line, which the reader skips and [Append] closes.
//
// Finding codes: bad-line, torn-line, truncated-file, second-header (a header
// within the file, as after concatenation), unknown-key, nested-value,
// unknown-status, superseded-trial (a trial that was running has ended in a later
// line), other-version, and those of package source.
package jsonl
