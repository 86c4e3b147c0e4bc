// Command search runs searchers side by side on the same work: those of package bohb,
// HpBandSter's BOHB, Optuna, SMAC3 and DEHB. It counts what they spend and how far the
// best they know is from the optimum.
//
//	go run ./bench/search -list                 what there is
//	go run ./bench/search -searchers ours       ours alone, seconds, beside what the
//	                                            record says of the others
//	go run ./bench/search -json docs/search-benchmarks.jsonl
//	                                            all that the record does not have yet
//	go run ./bench/search -docs docs            the page and its pictures from the record
//
// Regular expressions choose workloads (-run) and searchers (-searchers). Tables of real
// trainings come from the folder that -data or NASALYZE_DATA names; without it their
// workloads are left out. Peers get virtual environments under bench/.venv from lists of
// pinned versions (requirements-*.txt).
//
// # Rules
//
// This program owns the work: searchers are asked for a configuration and a budget and
// told the loss, ours by method calls, peers by lines of JSON to a process of their own
// (peers/harness.py). All see the same parameters, the same budgets and the same noise.
//
// A clock is simulated. An evaluation takes as long as its budget, from scratch: a
// configuration that was run at a smaller budget before gets nothing back for that,
// whoever asks. With one worker the clock is the cumulative budget. With several each
// takes the next trial when it is free, and waits where the searcher has none.
// Thinking takes no time on that clock. A run ends at -limit full evaluations per worker.
//
// The incumbent is the configuration with the smallest loss at the largest budget that
// has a result so far; the searcher sees the noisy loss, the regret is that of the true
// one: at the largest budget, without noise, minus the optimum.
package main
