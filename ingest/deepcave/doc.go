// Package deepcave reads runs in the native format of DeepCAVE: a directory with
// history.jsonl, configs.json, and beside them meta.json (objectives),
// configspace.json and origins.json. A line of the history is one trial:
//
//	[config_id, budget, seed, [costs...], start, end, status, additional]            up to 1.3
//	[config_id, budget, seed, [costs...], cpu_time, start, end, status, additional]  since 1.4
//
// told apart by length. Times are seconds since the start of the run. The seed
// -1 and an infinite budget stand for none; a null cost is no value. additional
// is kept as Trial.Info, with cpu_time added where there is one.
//
// The objectives are those of meta.json, with direction and bounds;
// Options.Objectives chooses and orders them by name.
//
// Finding codes: bad-line, torn-line, truncated-file, no-meta (objectives are
// numbered), no-budget, bad-seed, unknown-status, bad-cost, bad-origins, and
// those of package source and spacefile.
package deepcave
