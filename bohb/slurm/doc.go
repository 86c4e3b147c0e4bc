// Package slurm evaluates trials as jobs of a Slurm cluster, by the protocol of package
// local. The driver runs where sbatch can be called; it and the nodes see one
// directory, on a shared file system.
//
// Each submission of a trial is an attempt with a directory of its own, Engine.Dir/TRIAL.N:
//
//	task.json     what to run; on the disk before anything is submitted
//	claim         the one job that may run it, or that none may any more
//	runK          scratch directory of the Kth time that Slurm started the job
//	outcome.json  how it went; that of the run which was first to end
//	stopped.json  what the trial had printed when Slurm stopped it
//	log           what the job itself, and Slurm, had to say
//
// and Command.Scratch/TRIAL is a link to the run that counts. A job runs [Work]: it
// claims the attempt, runs the task as package local does, and writes the outcome.
//
// What makes this hold when the driver, a node, the controller or the network fail:
//
//   - The result is the file. Slurm is asked only about trials that have none. While
//     its controller does not answer, results come in all the same.
//   - Claims are exclusive, as hard links are. A job whose submission was not heard of any
//     more (sbatch killed, its answer lost) can be submitted again: only one of the two will
//     run. An attempt that was given up is claimed by the driver, so that no job can start it late.
//   - Jobs are found by their names, nasalyze-RUN-TRIAL.N, not by ids which might not
//     have been written down. A new driver adopts what is in the queue, and what ended meanwhile.
//   - Runs of one attempt, as when a job is requeued, share no directory: what a node that was
//     thought dead still writes does not get into the next run.
//   - A trial that is sent SIGTERM by Slurm (preempted, cancelled, requeued) did not fail.
//
// All jobs are asked about with one squeue per interval. Where a job is no longer known to the controller,
// sacct is asked, if there is accounting. What counts as what, without an outcome:
//
//	TIMEOUT, DEADLINE                        timeout
//	OUT_OF_MEMORY, or slurmstepd says so     memout
//	CANCELLED, NODE_FAIL, PREEMPTED, ...     submitted again, Engine.Attempts times in all, then crashed
//	never claimed (a node without nasalyze)  submitted again, as often, then the search ends with the reason
//
// Job arrays are not used: trials are submitted one by one, as workers become free.
package slurm
