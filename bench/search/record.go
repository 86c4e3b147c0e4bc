package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
)

// number is a float64 that JSON has with 4 significant digits, null if it is NaN.
type number float64

// MarshalJSON implements [json.Marshaler].
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 4, 64), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// record is all runs that a file has, a line each. Runs are appended as they end, so
// that an interrupted bench goes on where it was, and several may append to one file; of two lines for one run the later counts.
type record struct {
	path string
	runs map[key]run
}

// key tells runs apart.
type key struct {
	workload, searcher string
	workers, seed      int
	limit              float64
}

func (r *run) key() key { return key{r.Workload, r.Searcher, r.Workers, r.Seed, r.Limit} }

// load reads a record. A file that is not there is an empty one, and so is no path.
func load(path string) (*record, error) {
	rec := &record{path: path, runs: make(map[key]run)}
	if path == "" {
		return rec, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return rec, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var r run
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		rec.runs[r.key()] = r
	}
	return rec, lines.Err()
}

// add takes in a run, and appends it to the file if save is true.
func (rec *record) add(r run, save bool) error {
	rec.runs[r.key()] = r
	if !save {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(rec.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// tidy writes the file anew, sorted, with one line per run. No bench must be appending to it.
func (rec *record) tidy() error {
	var text []byte
	for _, r := range rec.sorted() {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	temporary := rec.path + ".new"
	if err := os.WriteFile(temporary, text, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, rec.path)
}

func (rec *record) sorted() []run {
	all := make([]run, 0, len(rec.runs))
	for _, r := range rec.runs {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b run) int {
		return cmp.Or(cmp.Compare(a.Workers, b.Workers), cmp.Compare(a.Workload, b.Workload), cmp.Compare(a.Searcher, b.Searcher),
			cmp.Compare(a.Limit, b.Limit), cmp.Compare(a.Seed, b.Seed))
	})
	return all
}

// regrets are those of all runs of one searcher on one workload at the k-th checkpoint,
// by seed, +Inf where nothing was known by then.
func (rec *record) regrets(workload, searcher string, workers int, limit float64, k int) []float64 {
	var v []float64
	for seed := 0; ; seed++ {
		r, ok := rec.runs[key{workload, searcher, workers, seed, limit}]
		if !ok {
			return v
		}
		x := float64(r.Regret[k])
		if math.IsNaN(x) {
			x = math.Inf(1)
		}
		v = append(v, x)
	}
}
