// Package smac3 reads the runs of SMAC3: a directory with runhistory.json, and
// beside it scenario.json (2.x) or scenario.txt (up to 1.4) and the search space.
// The "data" of a run history is a list of trials, in one of these forms:
//
//	[[config, instance, seed, budget], [cost, time, {"__enum__": "StatusType.SUCCESS"}, start, end, info]]   0.12 to 1.4
//	[[config, instance, seed], [cost, time, {"__enum__": ...}, info]]                                        before
//	[config, instance, seed, budget, cost, time, status, start, end, info]                                   2.0 to 2.2
//	[config, instance, seed, budget, cost, time, cpu_time, status, start, end, info]                         between
//	{"config_id": 1, "instance": null, "seed": 1, "budget": 3.0, "cost": 0.5, ...}                           since 2.3
//
// told apart by shape and length, row by row. The costs are minimised; several
// are named by the scenario's "objectives" (2.x) or "multi_objectives" (1.x).
// Times are seconds since 1970. A budget of 0 or null stands for none. "info" is
// kept as Trial.Info, with the measured "time" added where no times of start and
// end are logged, and "cpu_time" where there is one.
//
// Statuses: CAPPED is a bound and no measurement, DONOTADVANCE a valid result, STOP
// and ABORT are aborted. A success whose first cost is not finite has diverged.
//
// The search space is configspace.json or configspace.pcs beside, or the file that
// scenario.txt names as pcs_fn or paramfile, else inferred.
//
// The run history is one JSON object and is read into memory as a whole.
//
// Finding codes: bad-row, truncated-file, bad-scenario, unknown-status, bad-cost,
// bad-seed, and those of package source and spacefile.
package smac3
