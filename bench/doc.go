// Command bench runs the same inputs through nasalyze and through the tools that
// people use today, in one run on one machine, and prints a table.
//
//	go run ./bench                       every workload but the slow ones
//	go run ./bench -list                 what there is
//	go run ./bench -quick                small inputs, to see that all works
//	go run ./bench -run log -log DIR     one workload, on a log of your own too
//	go run ./bench -slow -json docs/benchmarks.json && go run ./bench -docs docs
//	                                     all of it, and docs/benchmarks.md with pictures
//
// It works like this:
//
//  1. each set of peers gets a virtual environment under bench/.venv from a list
//     of pinned versions (requirements-*.txt), and ranger comes from the R of the
//     machine; where that fails, the reason is printed and our own numbers still are;
//  2. every contender does its job in a process of its own: a script of Python or R
//     under peers/, or this program again. The job goes in as JSON, the result
//     comes out as JSON: seconds per phase, answers by name, memory;
//  3. contenders take turns, ours first and last, so that whatever else the
//     machine does hits all of them; the table has medians;
//  4. answers are compared by name. Where they should agree and do not, the
//     table says so and the exit status is 1.
//
// Only the work is timed: no imports, no start of an interpreter, no reading of
// files, unless a row says that it is about those. Peak memory is that of the
// whole process.
package main
