// Package hpbandster reads the logs of HpBandSter and BOHB: configs.json and
// results.json as hpbandster.core.result.json_result_logger writes them, both
// with one JSON array per line:
//
//	[[0,0,1], {"lr": 0.04}, {"model_based_pick": false}]
//	[[0,0,1], 9.0, {"submitted": s, "started": s, "finished": s}, {"loss": 0.5, "info": any}, null]
//
// The search space is taken from the options, else from configspace.json or
// configspace.pcs beside, else inferred. Configuration ids are joined by commas:
// "0,0,1". Times stay on the clock of the log (seconds since 1970).
//
// The status of a trial: crashed if there is no result or no loss (the last line
// of the traceback is kept in Info as "exception"), diverged if the loss is NaN
// or infinite, else success; a state in info, where there is one, decides
// between these and timeout, memout, aborted and running. Info is kept as JSON,
// with the tokens NaN and Infinity as the strings "NaN" and "Infinity".
//
// The objective is "loss", to be minimised. Options.Objectives can name other
// entries of the result by their path, such as "info.test accuracy".
//
// Finding codes: bad-line (a line that cannot be read is left out), torn-line
// (the same for the last line without newline: the writer was killed),
// truncated-file, unknown-state, bad-time, more-objectives (numeric entries of
// info that could be objectives), and those of package source and spacefile.
package hpbandster
