package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// clients are the programs of Slurm that must be there; sacct is used where there is accounting.
var clients = []string{"sbatch", "squeue", "scancel"}

// clientError is what a client said that failed.
type clientError struct {
	name, said string
	timedOut   bool
	err        error
}

func (e *clientError) Error() string {
	switch {
	case e.timedOut:
		return fmt.Sprintf("%s does not answer%s", e.name, because(e.said))
	case e.said == "":
		return fmt.Sprintf("%s: %v", e.name, e.err)
	}
	return e.said // begins with its name
}

func because(said string) string {
	if said == "" {
		return ""
	}
	return ": " + said
}

// call runs a client, for Engine.Timeout at most, and returns what it prints.
func (e *Engine) call(ctx context.Context, stdin, name string, args ...string) (string, error) {
	e.init()
	// Some at a time: all workers of a search ask together when it begins or is stopped.
	select {
	case e.slots <- struct{}{}:
		defer func() { <-e.slots }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	bounded, cancel := context.WithTimeout(ctx, e.timeout())
	defer cancel()
	cmd := exec.CommandContext(bounded, name, args...)
	ownGroup(cmd)
	cmd.WaitDelay = time.Second
	cmd.Env = clientEnvironment(os.Environ())
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", &clientError{name, strings.TrimSpace(errs.String()), bounded.Err() != nil, err}
	}
	return out.String(), nil
}

// clientEnvironment takes away what a driver that runs in a job itself would hand on to its
// jobs, and what makes sbatch another command.
func clientEnvironment(env []string) []string {
	var kept []string
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		switch {
		case name == "SLURM_CONF" || name == "SLURM_CLUSTERS":
		case strings.HasPrefix(name, "SLURM_") || strings.HasPrefix(name, "SLURMD_"):
			continue
		case name == "SBATCH_ARRAY_INX" || name == "SBATCH_WAIT":
			continue
		}
		kept = append(kept, variable)
	}
	return kept
}

// What sbatch says when there are too many jobs, and when its controller cannot be asked. Everything else is a refusal.
var (
	fullText    = regexp.MustCompile(`Submit\w*Limit|temporarily unable to accept|Resource temporarily unavailable|[Mm]ax(imum)? ?[Jj]ob ?[Cc]ount`)
	unheardText = regexp.MustCompile(`(?i)unable to contact slurm controller|timed out|connection (refused|reset|failure)|` +
		`zero bytes were transmitted|transport endpoint|unable to establish|can't connect|standby mode|unexpected message received|communication`)
)

// full reports whether a submission failed because the queue is full: there is no job.
func full(err error) bool {
	var c *clientError
	return errors.As(err, &c) && fullText.MatchString(c.said)
}

// unheard reports whether it is open if the controller did what it was asked to.
func unheard(err error) bool {
	var c *clientError
	return errors.As(err, &c) && (c.timedOut || unheardText.MatchString(c.said))
}

// job is what Slurm says of one.
type job struct {
	id, state, reason, node string
}

// ended reports whether the job will not run any more.
func (j job) ended() bool {
	switch j.state {
	case "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED":
		return true
	}
	return false // PENDING, RUNNING, COMPLETING, SUSPENDED, REQUEUED, ...
}

func (j job) String() string {
	text := "job " + j.id
	if j.state != "" {
		text += " " + j.state
	}
	if j.node != "" {
		text += " on " + j.node
	}
	return text
}

// queue is what squeue said: the jobs of this search by the names of their attempts.
type queue struct {
	asked time.Time // when squeue was started
	jobs  map[string]job
}

// prefix of the names of all jobs.
func (e *Engine) prefix() string { return "nasalyze-" + e.Run + "-" }

// ask asks for the queue, without regard to when it was asked for last.
func (e *Engine) ask(ctx context.Context) (*queue, error) {
	q := &queue{asked: time.Now(), jobs: make(map[string]job)}
	out, err := e.call(ctx, "", "squeue", "--noheader", "--user="+strconv.Itoa(os.Getuid()), "--states=all", "--format=%A|%T|%r|%N|%j")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSpace(line), "|", 5)
		if len(f) < 5 {
			continue
		}
		name, ours := strings.CutPrefix(f[4], e.prefix())
		if !ours {
			continue
		}
		// If a job had to be submitted twice, one of the two ends without having run.
		if j := (job{f[0], f[1], f[2], f[3]}); !q.has(name) || !j.ended() {
			q.jobs[name] = j
		}
	}
	return q, nil
}

func (q *queue) has(name string) bool {
	j, ok := q.jobs[name]
	return ok && !j.ended()
}

// account asks the accounting for a job that the controller does not know any more. The state is
// empty if there is no accounting, or none that knows it.
func (e *Engine) account(ctx context.Context, a attempt) job {
	var found job
	out, err := e.call(ctx, "", "sacct", "--noheader", "--allocations", "--parsable2", "--user="+strconv.Itoa(os.Getuid()), "--name="+e.prefix()+a.name(),
		"--starttime=now-90days", "--format=JobIDRaw,State,NodeList")
	if err != nil {
		return found
	}
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if len(f) < 3 || f[1] == "" {
			continue
		}
		// "CANCELLED by 1000"
		if j := (job{id: f[0], state: strings.Fields(f[1])[0], node: f[2]}); j.ended() && (found.state == "" || found.state == "COMPLETED") {
			found = j
		}
	}
	return found
}
