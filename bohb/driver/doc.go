// Package driver runs a search: it asks, has trials evaluated by as many workers as
// there are, keeps every step in a log, and tells.
//
// The log is the only truth. A trial is written down, and the log synced, before it
// starts and when it has ended, with its number and with how many results had been
// told when it was asked for. [Replay] asks and tells a new searcher in that order, so
// that it continues as if it had not stopped: no result is lost, the proposals are the
// same, and only what was running is run again. Where another version or processor would
// have proposed otherwise, the log counts.
//
// How a trial is evaluated is a function ([Evaluate]): in the same process, or by a
// command as package local does.
package driver
