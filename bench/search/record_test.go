package main

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A bench that was interrupted goes on: what the record has of peers is not run again,
// what it has of ours is, and of two lines for a run the later counts.
func TestResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.jsonl")
	rec, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	works := workloadsFor(t, "branin")
	set := settings{seeds: 2, workers: 1, limit: 2, save: true}
	silent := &contender{name: "silent", peer: &peer{script: "would fail"}} // never asked, as it is there
	for seed := range 2 {
		r := run{Workload: "branin", Searcher: "silent", Workers: 1, Seed: seed, Limit: 2, Regret: make([]number, checkpoints), CPU: 1.5}
		r.Regret[0] = number(math.NaN())
		if err := rec.add(r, true); err != nil {
			t.Fatal(err)
		}
	}
	if rec, err = load(path); err != nil {
		t.Fatal(err)
	}
	chosen := []*contender{contenders[0], silent}
	for range 2 {
		if err := runAll(t.Context(), set, nil, works, chosen, rec, t.Logf); err != nil {
			t.Fatal(err)
		}
		if v := rec.regrets("branin", "ours", 1, 2, checkpoints-1); v[1] == 1000 {
			t.Error("a run of ours from the record was not made again")
		}
		stale := rec.runs[key{"branin", "ours", 1, 1, 2}]
		stale.Regret = slices.Repeat([]number{1000}, checkpoints)
		if err := rec.add(stale, false); err != nil {
			t.Fatal(err)
		}
	}
	if rec, err = load(path); err != nil {
		t.Fatal(err)
	}
	if err := rec.tidy(); err != nil {
		t.Fatal(err)
	}
	again, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.runs) != 4 {
		t.Errorf("%d runs, want 2 of ours and 2 of the peer", len(again.runs))
	}
	if v := again.regrets("branin", "silent", 1, 2, 0); len(v) != 2 || !math.IsInf(v[0], 1) {
		t.Errorf("regrets before the first result: %v, want two infinite ones", v)
	}
	k := checkpoints - 1
	for i, v := range again.regrets("branin", "ours", 1, 2, k) {
		if was := rec.regrets("branin", "ours", 1, 2, k)[i]; math.Abs(v-was) > 1e-3*was {
			t.Errorf("regret %v was saved as %v", was, v)
		}
	}
	writeFile(t, path, "{}\nno JSON\n")
	if _, err := load(path); err == nil || !regexp.MustCompile("runs.jsonl:2").MatchString(err.Error()) {
		t.Errorf("a broken record: %v", err)
	}
}
