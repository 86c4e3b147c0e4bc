package slurm

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// Lines are split as sh splits them.
func TestSplitOptions(t *testing.T) {
	for _, line := range []string{`--account=x --mem=8G`, `  -p gpu	--exclusive `, `--comment="two words" -x 'a "b" c'`, `--comment=it\'s\ one`, `""`, ``, `--comment="a \"b\""`} {
		got, err := SplitOptions(line)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("sh", "-c", `for a in `+line+`; do printf '%s|' "$a"; done`).Output()
		if err != nil {
			t.Skip("no sh here")
		}
		want := strings.Split(string(out), "|")
		if want = want[:len(want)-1]; !slices.Equal(got, want) {
			t.Errorf("%s: %q, sh says %q", line, got, want)
		}
	}
	for _, line := range []string{`"a`, `a 'b`, `a\`} {
		if _, err := SplitOptions(line); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}

func TestCheckOptions(t *testing.T) {
	for _, good := range [][]string{nil, {"--mem=8G", "-p", "gpu"}, {"--account", "x", "--exclusive"}, {"-pgpu", "--time=10"}} {
		if err := CheckOptions(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range [][]string{{"--array=1-2"}, {"-a1-2"}, {"-J", "x"}, {"--output=x"}, {"--wrap=true"}, {"gpu"}, {"--mem=8G", "gpu"}, {"--wait"}} {
		if err := CheckOptions(bad); err == nil {
			t.Errorf("%q is not refused", bad)
		}
	}
}

// The job's limit leaves the trial its own, the time to be ended in, and more; it is never
// rounded down.
func TestMinutes(t *testing.T) {
	for limit, want := range map[time.Duration]int{time.Second: 2, 50 * time.Second: 3, 10 * time.Minute: 12, 3 * time.Hour: 185} {
		if got := minutes(limit, 10*time.Second); got != want {
			t.Errorf("%v: %d minutes, want %d", limit, got, want)
		}
		if left := time.Duration(minutes(limit, 10*time.Second))*time.Minute - limit - 10*time.Second; left < time.Minute {
			t.Errorf("%v: %v are left to write the outcome", limit, left)
		}
	}
	if !limited([]string{"--mem=1", "-t", "10"}) || !limited([]string{"--time=1:00"}) || limited([]string{"--time-min=1"}) {
		t.Error("time limits are not recognised")
	}
}

// A driver that runs in a job does not hand its own job on.
func TestClientEnvironment(t *testing.T) {
	got := clientEnvironment([]string{"PATH=/bin", "SLURM_JOB_ID=5", "SLURMD_NODENAME=n1", "SLURM_CONF=/etc/slurm.conf", "SBATCH_ACCOUNT=x", "SBATCH_WAIT=1"})
	if want := []string{"PATH=/bin", "SLURM_CONF=/etc/slurm.conf", "SBATCH_ACCOUNT=x"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
