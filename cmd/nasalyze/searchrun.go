package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/hpbandster"
	"github.com/nasalyze/nasalyze/bohb/journal"
	"github.com/nasalyze/nasalyze/bohb/local"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/ingest/deepcave"
	hpbandsterlog "github.com/nasalyze/nasalyze/ingest/hpbandster"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/spacefile"
)

// The files of a search. The journal is its only truth; configs.json, results.json
// and configspace.json say the same for other programs and are written anew when
// a search is resumed. search.json is written when all that a resumed search needs
// is there: a directory without it holds no search.
const (
	settingsFile = "search.json"
	warmFile     = "warm-start.jsonl"
	trialsDir    = "trials"
)

// searchRun is a search and its directory.
type searchRun struct {
	dir      string
	settings searchSettings
	space    *nasalyze.Space
	raw      []byte // the space as it was given
	warm     *nasalyze.Study

	searcher *bohb.Search
	state    *driver.State
	study    *nasalyze.Study // the log, when resumed

	journal *journal.Journal
	log     *jsonl.Encoder
	lines   bytes.Buffer // of the log, to be written together
	others  *hpbandster.Writer
	files   []*os.File
}

func (r *searchRun) path(name string) string { return filepath.Join(r.dir, name) }

// readSpace reads the space and keeps the text of its file for the directory.
func (r *searchRun) readSpace(s *streams, path string) error {
	var err error
	if r.raw, err = os.ReadFile(path); err != nil {
		return err
	}
	_, suffix, _ := strings.Cut(filepath.Base(path), ".")
	r.settings.Space = strings.TrimSuffix("space."+suffix, ".")
	return r.parseSpace(s, path)
}

func (r *searchRun) parseSpace(s *streams, path string) error {
	var findings source.Findings
	var err error
	r.space, _, err = spacefile.ReadFile(path, &findings)
	for _, f := range findings.All() {
		if f.Severity > source.Note {
			fmt.Fprintln(s.err, f)
		}
	}
	if err != nil {
		return err
	}
	// What the journal cannot hold is refused before there is a directory with half of a search.
	if _, err := jsonl.NewEncoder(io.Discard, r.header()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for i := range r.space.Params {
		if p := &r.space.Params[i]; p.Prior != nil {
			fmt.Fprintf(s.err, "parameter %q: the %s distribution is not used, proposals without a model are uniform over the range\n", p.Name, p.Prior.Name)
		}
	}
	return nil
}

// prepare makes the searcher.
func (r *searchRun) prepare() error {
	opt, err := r.settings.options()
	if err != nil {
		return err
	}
	if r.searcher, err = bohb.New(r.space, opt); err != nil {
		return usageError{err}
	}
	if r.warm != nil {
		_, _, err = r.searcher.Learn(r.warm, 0)
	}
	return err
}

// learnFrom pools earlier logs for the model.
func (r *searchRun) learnFrom(ctx context.Context, s *streams, paths []string) error {
	in := inputFlags{opt: ingest.Options{Objectives: r.settings.Objectives[:1]}}
	logs, err := in.open(ctx, s, paths)
	if err != nil {
		return fmt.Errorf("--warm-start: %w", err)
	}
	for _, l := range logs {
		if err := direct(l, r.settings.objectives()[0]); err != nil {
			return fmt.Errorf("--warm-start: %w", err)
		}
	}
	l, err := pool(logs)
	if err != nil {
		return fmt.Errorf("--warm-start: %w", err)
	}
	r.warm, r.settings.Warm = l.study, true
	used, skipped, err := r.searcher.Learn(r.warm, 0)
	if err != nil {
		return fmt.Errorf("--warm-start: %w", err)
	}
	if used == 0 {
		return fmt.Errorf("--warm-start: no trial can be used; %s with values that the space does not have", plural(skipped, "trial"))
	}
	fmt.Fprintf(s.err, "warm start from %s, %d more with values that the space does not have\n", plural(used, "trial"), skipped)
	return nil
}

// direct gives a log the direction of the objective that is searched for, unless the log itself
// states the other one: what was good there would be learnt as bad. A direction that was guessed from a name is none.
func direct(l log, want nasalyze.Objective) error {
	got := &l.study.Objectives[0]
	guessed := slices.ContainsFunc(l.findings, func(f ingest.Finding) bool { return f.Code == "direction-guess" })
	from := l.study.Provenance.Format
	states := !guessed && (got.Maximize || slices.Contains([]string{jsonl.Format.Name, deepcave.Format.Name}, from) || from == hpbandsterlog.Format.Name && got.Name == "loss")
	if got.Maximize != want.Maximize && states {
		is := map[bool]string{true: "more", false: "less"}
		return fmt.Errorf("%s: of objective %q %s is better, of this search %s (--maximize)", l.path, want.Name, is[got.Maximize], is[want.Maximize])
	}
	got.Maximize = want.Maximize
	return nil
}

// command is what runs the trials.
func (r *searchRun) command() *local.Command {
	s := &r.settings
	return &local.Command{Args: s.Command, Dir: s.Dir, Scratch: r.path(trialsDir), Space: r.space, Objectives: s.Objectives,
		Flags: s.Flags, GPUs: s.GPUs, SecondsPerBudget: s.TimeFactor, LimitOption: "--time-factor"}
}

// header is what the first line of the journal says.
func (r *searchRun) header() *nasalyze.Study {
	return &nasalyze.Study{Name: logName(r.dir), Space: r.space, Objectives: r.settings.objectives(),
		BudgetName: r.settings.BudgetName, BudgetUnit: r.settings.BudgetUnit}
}

// create makes the directory of a new search, or leaves nothing of it.
func (r *searchRun) create() error {
	before, err := os.ReadDir(r.dir)
	made := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return cannot("make the directory", r.dir, err)
	}
	if err := r.vacant(); err != nil {
		return err
	}
	if r.journal, _, err = journal.Open(r.path(jsonl.Name)); err != nil {
		return cannot("write", r.path(jsonl.Name), err)
	}
	if err := r.fill(); err != nil {
		err = errors.Join(err, r.close())
		after, _ := os.ReadDir(r.dir)
		for _, e := range after {
			if !slices.ContainsFunc(before, func(b fs.DirEntry) bool { return b.Name() == e.Name() }) {
				os.Remove(r.path(e.Name()))
			}
		}
		if made {
			os.Remove(r.dir)
		}
		return err
	}
	return nil
}

// fill writes the files of a new search.
func (r *searchRun) fill() error {
	if err := r.appendLog(); err != nil {
		return err
	}
	if err := r.journal.Sync(); err != nil {
		return err
	}
	if err := writeFile(r.path(r.settings.Space), func(w io.Writer) error { _, err := w.Write(r.raw); return err }); err != nil {
		return err
	}
	if r.warm != nil {
		if err := writeFile(r.path(warmFile), func(w io.Writer) error { return jsonl.Write(w, r.warm) }); err != nil {
			return err
		}
	}
	if err := r.writeSettings(); err != nil {
		return err
	}
	return r.writeOthers()
}

// vacant refuses a directory that holds anything but what a search leaves that was
// killed before it had begun.
func (r *searchRun) vacant() error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(r.path(settingsFile)); err == nil {
		return fmt.Errorf("%s holds a search already: nasalyze search --resume %s goes on with it, -o names another directory", r.dir, r.dir)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == jsonl.Name, name == warmFile, name == r.settings.Space, strings.HasPrefix(name, "."):
		default:
			return fmt.Errorf("%s is not empty, it has %s: -o names another directory", r.dir, name)
		}
	}
	return nil
}

func (r *searchRun) writeSettings() error {
	r.settings.Version = searchVersion
	data, err := json.MarshalIndent(r.settings, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(r.path(settingsFile), func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}

// open reads what the directory of a search says about it, and locks it.
func (r *searchRun) open(ctx context.Context, s *streams) error {
	data, err := os.ReadFile(r.path(settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s holds no search: it has no %s", r.dir, settingsFile)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &r.settings); err != nil {
		return fmt.Errorf("%s: %w", r.path(settingsFile), err)
	}
	if r.settings.Version != searchVersion {
		return fmt.Errorf("%s is of version %d, expected %d", r.path(settingsFile), r.settings.Version, searchVersion)
	}
	if err := r.parseSpace(s, r.path(r.settings.Space)); err != nil {
		return err
	}
	if r.settings.Warm {
		if r.warm, _, err = ingest.Open(ctx, r.path(warmFile), ingest.Options{Format: jsonl.Format.Name}); err != nil {
			return err
		}
	}
	if _, err := os.Stat(r.path(jsonl.Name)); err != nil {
		return err // Open would make it
	}
	var torn int64
	if r.journal, torn, err = journal.Open(r.path(jsonl.Name)); err != nil {
		return fmt.Errorf("cannot go on with %s: %w", r.dir, err)
	}
	if torn > 0 {
		fmt.Fprintf(s.err, "%s: the last line was unfinished and is taken away (%d bytes)\n", r.path(jsonl.Name), torn)
	}
	return nil
}

// replay brings the searcher to where the journal ends.
func (r *searchRun) replay(ctx context.Context, s *streams) error {
	// A header, a configuration and a trial: before all three are there nothing runs.
	if r.journal.Lines() < 3 {
		r.state = new(driver.State)
		return nil
	}
	study, findings, err := ingest.Open(ctx, r.path(jsonl.Name), ingest.Options{Format: jsonl.Format.Name,
		Space: r.space, SpacePath: r.path(r.settings.Space), InfoLimit: math.MaxInt64})
	if err != nil {
		return err
	}
	for _, f := range findings {
		if f.Severity == ingest.Skip {
			return fmt.Errorf("%s is damaged: %s", r.path(jsonl.Name), f)
		}
	}
	r.study = study
	if r.state, err = driver.Replay(r.searcher, study); err != nil {
		return fmt.Errorf("cannot go on with %s: %w", r.dir, err)
	}
	return nil
}

// goOn makes the directory of a resumed search ready to be written.
func (r *searchRun) goOn(ctx context.Context, s *streams) error {
	engine, err := r.engine(nil, r.tell(s))
	if err != nil {
		return err
	}
	said, err := engine.Recover(ctx)
	if err != nil {
		return err
	}
	if said != "" {
		fmt.Fprintln(s.err, said)
	}
	if err := r.appendLog(); err != nil {
		return err
	}
	if err := r.writeSettings(); err != nil {
		return err
	}
	return r.writeOthers()
}

// writeOthers writes the files for other programs, as far as the log goes, and
// keeps them open for what comes.
func (r *searchRun) writeOthers() error {
	var space bytes.Buffer
	if err := configspace.Write(&space, r.space); err == nil {
		if err := writeFile(r.path("configspace.json"), func(w io.Writer) error { _, err := w.Write(space.Bytes()); return err }); err != nil {
			return err
		}
	} // else it has a clause that ConfigSpace cannot say: then others must infer the space
	for _, name := range []string{"configs.json", "results.json"} {
		f, err := os.Create(r.path(name))
		if err != nil {
			return cannot("write", r.path(name), err)
		}
		r.files = append(r.files, f)
	}
	r.others = hpbandster.New(r.files[0], r.files[1], r.space, r.settings.objectives())
	if r.study == nil {
		return nil
	}
	for i := range r.study.Configs {
		if err := r.others.Config(&r.study.Configs[i]); err != nil {
			return err
		}
	}
	for i := range r.study.Trials {
		t := &r.study.Trials[i]
		if err := r.others.Trial(r.study.Configs[t.Config].ID, t); err != nil {
			return err
		}
	}
	return nil
}

// appendLog makes the encoder of the journal, and its header if it has none.
func (r *searchRun) appendLog() error {
	var err error
	r.log, err = jsonl.Append(struct {
		io.ReadSeeker
		io.Writer
	}{r.journal, &r.lines}, r.header())
	if err != nil {
		return err
	}
	return r.flush()
}

// flush writes the lines to the journal, with one write: a configuration and its
// first trial are both there or neither.
func (r *searchRun) flush() error {
	if r.lines.Len() == 0 {
		return nil
	}
	_, err := r.journal.Write(r.lines.Bytes())
	r.lines.Reset()
	return err
}

// Config implements [driver.Sink].
func (r *searchRun) Config(c *nasalyze.Config) error {
	if err := r.log.Config(c); err != nil {
		return err
	}
	return r.others.Config(c)
}

// Trial implements [driver.Sink].
func (r *searchRun) Trial(config string, t *nasalyze.Trial) error {
	if err := r.log.Trial(config, t); err != nil {
		return err
	}
	if err := r.flush(); err != nil {
		return err
	}
	return r.others.Trial(config, t)
}

func (r *searchRun) close() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.Close())
	}
	r.files = nil
	if r.journal != nil {
		errs = append(errs, r.journal.Close())
		r.journal = nil
	}
	return errors.Join(errs...)
}
