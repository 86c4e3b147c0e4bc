package slurm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/local"
)

// attempt is one submission of a trial. The value is the path of its directory.
type attempt string

// task is the content of task.json.
type task struct {
	local.Task
	// Link is the path that becomes a link to the run that counts.
	Link string `json:"link"`
}

func (a attempt) file(name string) string { return filepath.Join(string(a), name) }

// name is TRIAL.N.
func (a attempt) name() string { return filepath.Base(string(a)) }

// prepare writes the task.
func (a attempt) prepare(t *task) error {
	data, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(a), 0o755); err != nil {
		return err
	}
	tmp, err := a.temporary(data)
	if err != nil {
		return err
	}
	return os.Rename(tmp, a.file("task.json"))
}

// temporary writes data to a file of a new name, and syncs it.
func (a attempt) temporary(data []byte) (name string, err error) {
	f, err := os.CreateTemp(string(a), ".new-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync()); err != nil {
		return "", errors.Join(err, f.Close())
	}
	return f.Name(), f.Close()
}

// publish makes data the content of a file, whole, unless the file is there already: over
// NFS too, where O_EXCL and the content that follows are two steps. It returns what the file holds.
func (a attempt) publish(name string, data []byte) ([]byte, error) {
	tmp, err := a.temporary(data)
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp)
	// An error may also mean that the answer to a link that was made was lost.
	linkErr := os.Link(tmp, a.file(name))
	held, err := os.ReadFile(a.file(name))
	if err != nil {
		return nil, errors.Join(linkErr, err)
	}
	return held, nil
}

// How claims begin.
const (
	claimJob  = "job "
	claimVoid = "void " // taken back or stopped: not the trial's fault, nor Slurm's
	claimLost = "lost " // ended without a result
)

// claim returns the claim on the attempt: the one that is made now, or an earlier one.
func (a attempt) claim(text string) (string, error) {
	held, err := a.publish("claim", []byte(text))
	return string(held), err
}

// claimed returns the claim, empty if there is none.
func (a attempt) claimed() (string, error) {
	data, err := os.ReadFile(a.file("claim"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(data), err
}

// revoke takes the attempt from the job that claimed it, if one did, so that it does not run again.
func (a attempt) revoke(text string) error {
	held, err := a.claim(text)
	if err != nil || !strings.HasPrefix(held, claimJob) {
		return err
	}
	tmp, err := a.temporary([]byte(text))
	if err != nil {
		return err
	}
	return os.Rename(tmp, a.file("claim"))
}

// over reports whether a claim says that no job may run the attempt any more.
func over(claim string) bool {
	return strings.HasPrefix(claim, claimVoid) || strings.HasPrefix(claim, claimLost)
}

// outcome is the content of outcome.json and stopped.json: a driver.Outcome in JSON.
type outcome struct {
	Status  string                     `json:"status"`
	Values  []string                   `json:"values"` // JSON has no NaN
	Info    map[string]json.RawMessage `json:"info"`
	Reason  string                     `json:"reason,omitempty"`
	Started float64                    `json:"started"`
	Ended   float64                    `json:"ended"`
	Run     string                     `json:"run"` // name of its scratch directory
	Job     string                     `json:"job"`
	Node    string                     `json:"node"`
}

// encode fills in what the driver will be told.
func (o *outcome) encode(from driver.Outcome) error {
	o.Status, o.Reason, o.Info = from.Status.String(), from.Reason, make(map[string]json.RawMessage)
	for _, x := range from.Values {
		o.Values = append(o.Values, strconv.FormatFloat(x, 'g', -1, 64))
	}
	for key, value := range from.Info {
		raw, err := json.Marshal(value)
		if err != nil {
			return err
		}
		o.Info[key] = raw
	}
	return nil
}

func (o *outcome) decode() (driver.Outcome, error) {
	d := driver.Outcome{Reason: o.Reason, Info: make(map[string]any), Started: o.Started, Ended: o.Ended}
	var err error
	if d.Status, err = nasalyze.ParseStatus(o.Status); err != nil {
		return d, err
	}
	for _, text := range o.Values {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return d, err
		}
		d.Values = append(d.Values, x)
	}
	for key, raw := range o.Info {
		d.Info[key] = raw
	}
	return d, nil
}

// read returns the content of an outcome file, nil if it is not there.
func (a attempt) read(name string) (*outcome, error) {
	// Reading the directory makes NFS look for new names in it; asking for the file alone
	// may be answered from memory for a minute.
	entries, err := os.ReadDir(string(a))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name() != name {
			continue
		}
		data, err := os.ReadFile(a.file(name))
		if err != nil {
			return nil, err
		}
		o := new(outcome)
		if err := json.Unmarshal(data, o); err != nil {
			return nil, fmt.Errorf("%s: %w", a.file(name), err)
		}
		return o, nil
	}
	return nil, nil
}

// point makes link a symbolic link to a directory, in one step. A directory that is there, of a
// search on one machine, gives way.
func point(link, target string) error {
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	if info, err := os.Lstat(link); err == nil && info.IsDir() {
		if err := os.RemoveAll(link); err != nil {
			return err
		}
	}
	if relative, err := filepath.Rel(filepath.Dir(link), target); err == nil {
		target = relative // the search can be moved when it is over
	}
	if held, err := os.Readlink(link); err == nil && held == target {
		return nil
	}
	tmp := fmt.Sprintf("%s.%d-%d", link, os.Getpid(), time.Now().UnixNano())
	if err := os.Symlink(target, tmp); err != nil {
		return err
	}
	return os.Rename(tmp, link)
}

// seconds is a time on the clock of the log.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return math.NaN()
	}
	return float64(t.UnixNano()) / 1e9
}
