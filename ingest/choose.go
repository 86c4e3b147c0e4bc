package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// choose returns the source to read, the format to read it with, and why. A
// directory that is no log but holds one run is taken for that run.
func choose(s *source.Source, name string, findings *source.Findings) (*source.Source, Format, string, error) {
	candidates := formats
	if name != "" {
		candidates = nil
		names := make([]string, len(formats))
		for i, f := range formats {
			names[i] = f.Name
			if f.Name == name {
				candidates = formats[i : i+1]
			}
		}
		if candidates == nil {
			return nil, Format{}, "", fmt.Errorf("unknown format %q, expected one of %s", name, strings.Join(names, ", "))
		}
	}
	if f, reason, ok := first(s, candidates); ok {
		return s, f, reason, nil
	}
	runs, err := runsWithin(s, candidates)
	if err != nil {
		return nil, Format{}, "", err
	}
	switch len(runs) {
	case 0:
		if name != "" { // the format itself says best what is wrong
			reason, _ := candidates[0].Detect(s)
			return s, candidates[0], "asked for, though " + reason, nil
		}
		return nil, Format{}, "", unknown(s)
	case 1:
		r := runs[0]
		findings.Add(Finding{Severity: Note, Code: "single-run", Path: s.Path,
			Message: fmt.Sprintf("no log itself, but it holds one run, which is read: %s", r.source.Path)})
		return r.source, r.format, r.reason, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: holds %d runs; give one of them, or several to pool them:", s.Path, len(runs))
	for _, r := range runs {
		fmt.Fprintf(&b, "\n  %s (%s)", r.source.Path, r.format.Name)
	}
	return nil, Format{}, "", errors.New(b.String())
}

func first(s *source.Source, candidates []Format) (Format, string, bool) {
	for _, f := range candidates {
		if reason, ok := f.Detect(s); ok {
			return f, reason, true
		}
	}
	return Format{}, "", false
}

type run struct {
	source *source.Source
	format Format
	reason string
}

// runsWithin returns the directories in s that are logs.
func runsWithin(s *source.Source, candidates []Format) ([]run, error) {
	var runs []run
	for _, dir := range s.Dirs() {
		sub, err := s.Sub(dir)
		if err != nil {
			return nil, err
		}
		if f, reason, ok := first(sub, candidates); ok {
			runs = append(runs, run{sub, f, reason})
		}
	}
	return runs, nil
}

// logsWithin lists the files in a directory that are logs by themselves, the
// first few if there are many.
func logsWithin(s *source.Source) []string {
	const most = 20
	var names []string
	for _, name := range s.Files() {
		file := &source.Source{FS: s.FS, Name: name, Path: s.Display(name)}
		f, _, ok := first(file, formats)
		switch {
		case !ok:
		case len(names) == most:
			return append(names, "...")
		default:
			names = append(names, fmt.Sprintf("%s (%s)", file.Path, f.Name))
		}
	}
	return names
}

// unknown is the error for a source that no format knows.
func unknown(s *source.Source) error {
	var b strings.Builder
	obstacle, err := unreadable(s)
	if err != nil {
		return err
	}
	what := unsupported(s)
	var files []string
	if what == "" {
		files = logsWithin(s)
	}
	switch {
	case files != nil:
		return fmt.Errorf("%s: a directory that is no log itself, but holds files that are; give one of them, or several to pool them:\n  %s",
			s.Path, strings.Join(files, "\n  "))
	case what != "":
		fmt.Fprintf(&b, "%s: this is %s, which nasalyze does not read. Looked for:", s.Path, what)
	default:
		fmt.Fprintf(&b, "%s: %snot a log of a known format. Looked for:", s.Path, obstacle)
	}
	for _, f := range formats {
		reason, _ := f.Detect(s)
		fmt.Fprintf(&b, "\n  %s: %s", f.Name, reason)
	}
	return errors.New(b.String())
}

// unreadable says what keeps a source from being read whatever its format: it, or
// its directory, is empty or may not be opened. Of files in a directory it is only
// the likely cause, and comes as the beginning of another message.
func unreadable(s *source.Source) (obstacle string, err error) {
	if !s.Dir {
		if why := blank(s, s.Name); why != "" {
			return "", fmt.Errorf("%s: the file %s", s.Path, why)
		}
		return "", nil
	}
	entries, err := fs.ReadDir(s.FS, ".")
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", s.Path, cause(err))
	case len(entries) == 0:
		return "", fmt.Errorf("%s: the directory is empty: not a log of a known format", s.Path)
	}
	const most = 3
	n := 0
	for _, name := range s.Files() {
		if why := blank(s, name); why != "" && n < most {
			obstacle += fmt.Sprintf("%s %s; ", name, why)
			n++
		}
	}
	return obstacle, nil
}

// blank says that a file holds nothing or cannot be opened; empty if neither is so.
func blank(s *source.Source, name string) string {
	const few = 512
	head, err := s.Head(name, few)
	switch {
	case err != nil:
		return fmt.Sprintf("cannot be read: %v", cause(err))
	case len(head) == 0:
		return "is empty"
	case len(head) < few && len(bytes.TrimSpace(head)) == 0:
		return "has white space only"
	}
	return ""
}

// cause is an error without the path that it happened to, which the message names already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// foreign are files by which logs that are known but not read are recognised.
var foreign = []struct{ pattern, what string }{
	{"experiment_state-*.json", "a Ray Tune experiment"},
	{"experiment_state*.json", "a Ray Tune experiment"},
	{"results.csv.zip", "a Syne Tune experiment"},
	{"history.parquet.gzip", "a DEHB history in Parquet"},
	{"history.parquet", "an AMLTK history in Parquet"},
	{"*.parquet", "a Parquet table"},
	{"mlruns", "an MLflow store"},
	{"*.db", "an SQLite database (Optuna, NNI, MLflow or Ax)"},
	{"*.sqlite", "an SQLite database (Optuna, NNI, MLflow or Ax)"},
	{"wandb-summary.json", "a Weights & Biases run"},
	{"tuner.dill", "a Syne Tune experiment"},
	{"*.pkl", "a Python pickle; export it to CSV or JSON Lines, as reading a pickle runs its code"},
	{"*.pickle", "a Python pickle; export it to CSV or JSON Lines, as reading a pickle runs its code"},
}

// unsupported names the kind of log that s seems to be; empty if it cannot tell.
func unsupported(s *source.Source) string {
	names := []string{s.Name}
	if s.Dir {
		names = append(s.Files(), s.Dirs()...)
	}
	for _, f := range foreign {
		for _, name := range names {
			if ok, _ := path.Match(f.pattern, name); ok {
				return f.what
			}
		}
	}
	if s.Dir {
		return ""
	}
	head, err := s.Head(s.Name, 4096)
	switch {
	case err != nil:
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return "an SQLite database (Optuna, NNI, MLflow or Ax)"
	case bytes.HasPrefix(head, []byte("PAR1")):
		return "a Parquet table"
	case len(head) > 1 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5:
		return "a Python pickle; export it to CSV or JSON Lines, as reading a pickle runs its code"
	case bytes.Contains(head, []byte(`"op_code"`)):
		return "an Optuna journal"
	case bytes.Contains(head, []byte(`"__type"`)):
		return "an Ax experiment"
	}
	return ""
}
