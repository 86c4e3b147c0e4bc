// Package local evaluates trials by running a command on this machine, in any
// language. The protocol:
//
// The command gets, in its environment,
//
//	NASALYZE_CONFIG      file with the configuration, a JSON object; inactive parameters are left out
//	NASALYZE_BUDGET      budget of this trial, a number
//	NASALYZE_SEED        seed, a whole number below 2^31, the same for all trials of one configuration
//	NASALYZE_TRIAL       number of the trial, from 0
//	NASALYZE_CONFIG_ID   id of the configuration
//	NASALYZE_SCRATCH     directory of this trial's own, which stays: for checkpoints, for instance
//	NASALYZE_CHECKPOINT  that directory of the same configuration's trial at the next lower
//	                     budget, to go on from; empty if there was none
//	CUDA_VISIBLE_DEVICES the GPUs of the worker, where Command.GPUs has some
//
// and with Command.Flags also --name value for each active parameter.
//
// It prints JSON objects to its standard output, one per line. One that has the
// name of the first objective ("loss") is the result, the last one if there are
// several; its other entries are logged, and those named like other objectives are
// values of these. All other objects are kept in order as the learning curve. NaN
// and Infinity, as Python writes them, are understood, and nan and inf, as C and awk do, in upper
// or lower case. Whatever else it prints, to
// either stream, goes to the file "output" of the scratch directory; the last lines are kept
// in the log if the trial fails.
//
// How it ends:
//
//	success   exit status 0 and a finite loss
//	diverged  exit status 0 and a loss that is NaN or infinite
//	timeout   it took longer than the time limit and was stopped
//	memout    killed by SIGKILL from outside, as the kernel does when memory runs out, or
//	          exit status other than 0 after saying that memory ran out (Python, PyTorch, CUDA, C++)
//	crashed   any other exit status or signal, or no loss
//
// The command runs in a process group of its own. When it ends, by itself or not,
// what is left of the group is killed; before that, a command that is stopped gets
// SIGTERM and some time.
package local
