package main

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/bohb/slurm"
)

// slurmFlags are the flags of search that are about Slurm.
type slurmFlags struct {
	on         bool
	partition  string
	gres       string
	sbatch     []string
	poll, wait time.Duration
}

// slurmNames are those that may be given again with --resume.
var slurmNames = []string{"partition", "gres", "sbatch", "slurm-poll", "slurm-wait"}

func (f *slurmFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&f.on, "slurm", false, "run trials as jobs of Slurm (docs/slurm.md); --workers is the number of jobs in the queue")
	flags.StringVar(&f.partition, "partition", "", "partition of the jobs")
	flags.StringVar(&f.gres, "gres", "", "generic resources of each job, such as gpu:1")
	flags.StringArrayVar(&f.sbatch, "sbatch", nil, "more `options` of sbatch, such as \"--account=lab --mem=8G\"; may be repeated")
	flags.DurationVar(&f.poll, "slurm-poll", slurm.DefaultPoll, "time between two calls of squeue")
	flags.DurationVar(&f.wait, "slurm-wait", slurm.DefaultWait, "how long the result of a job that has ended may take to be seen here")
}

// slurmSettings are kept in search.json.
type slurmSettings struct {
	Run       string   `json:"run"` // in the names of jobs
	Partition string   `json:"partition,omitempty"`
	Gres      string   `json:"gres,omitempty"`
	Sbatch    []string `json:"sbatch,omitempty"`
	Poll      float64  `json:"poll_s"`
	Wait      float64  `json:"wait_s"`
}

// options of sbatch.
func (s *slurmSettings) options() []string {
	var all []string
	if s.Partition != "" {
		all = append(all, "--partition="+s.Partition)
	}
	if s.Gres != "" {
		all = append(all, "--gres="+s.Gres)
	}
	return append(all, s.Sbatch...)
}

// apply takes the flags into the settings: all of a new search, those that were given again of a resumed one.
func (f *slurmFlags) apply(flags *pflag.FlagSet, s *searchSettings) error {
	given := ""
	for _, name := range slurmNames {
		if flags.Changed(name) {
			given = name
		}
	}
	switch {
	case f.on && s.Slurm == nil:
		id := make([]byte, 6)
		if _, err := rand.Read(id); err != nil {
			return err
		}
		s.Slurm = &slurmSettings{Run: hex.EncodeToString(id), Poll: f.poll.Seconds(), Wait: f.wait.Seconds()}
	case s.Slurm == nil && given != "":
		return usagef("--%s is for searches on Slurm: --slurm is missing", given)
	}
	if s.Slurm == nil {
		return nil
	}
	if len(s.GPUs) > 0 {
		return usagef("--gpus is for searches on this machine: on Slurm, --gres gpu:1 gives each job one")
	}
	if flags.Changed("partition") {
		s.Slurm.Partition = f.partition
	}
	if flags.Changed("gres") {
		s.Slurm.Gres = f.gres
	}
	if flags.Changed("sbatch") {
		s.Slurm.Sbatch = nil
		for _, line := range f.sbatch {
			words, err := slurm.SplitOptions(line)
			if err != nil {
				return usagef("--sbatch: %v", err)
			}
			s.Slurm.Sbatch = append(s.Slurm.Sbatch, words...)
		}
		if err := slurm.CheckOptions(s.Slurm.Sbatch); err != nil {
			return usagef("--sbatch: %v", err)
		}
	}
	if flags.Changed("slurm-poll") {
		s.Slurm.Poll = f.poll.Seconds()
	}
	if flags.Changed("slurm-wait") {
		s.Slurm.Wait = f.wait.Seconds()
	}
	if s.Slurm.Poll <= 0 || s.Slurm.Wait <= 0 {
		return usagef("--slurm-poll and --slurm-wait are %v and %v, expected times above 0", f.poll, f.wait)
	}
	return nil
}

// searchJob is the name of the command that jobs run.
const searchJob = "search-job"

// newSearchJob is what a job of a search on Slurm does. It is no command for people.
func newSearchJob(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:     searchJob + " DIRECTORY",
		Short:   "Run one trial of a search, as a job of Slurm",
		Example: "  (run by the jobs of nasalyze search --slurm)",
		Hidden:  true,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return slurm.Work(cmd.Context(), args[0], s.out)
		},
	}
}
