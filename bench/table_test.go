package main

import (
	"math"
	"strings"
	"testing"
)

func done(name string, seconds ...float64) *outcome {
	o := &outcome{Name: name}
	for _, s := range seconds {
		o.Runs = append(o.Runs, &result{Done: true, Phases: []phase{{Name: "work", Seconds: []float64{s}}}, Peak: 50e6})
	}
	return o
}

func TestPrintTable(t *testing.T) {
	stopped := &outcome{Name: "slow one", Err: "stopped after 1m0s", Runs: []*result{{
		Phases: []phase{{Name: "a", Seconds: []float64{10}}}, Progress: &progress{Done: 1, Total: 4, Seconds: 38}, Unfinished: 2, Peak: 1e9,
	}}}
	rows := []*row{
		{Workload: "first", Input: "10 x 2", Ours: done("ours", 0.3, 0.1, 0.2), Peer: done("peer", 30), Notes: []string{"A note."}},
		{Workload: "second", Input: "20 x 2", Ours: done("ours", 0.1), Peer: stopped},
		{Workload: "third", Input: "30 x 2", Ours: done("ours", 2), Bytes: 100e6},
		{Workload: "fourth", Input: "40 x 2", Ours: done("ours", 2), Peer: &outcome{Name: "absent", Err: "not installed: no Python\nmore"}},
	}
	var b strings.Builder
	if err := printTable(&b, rows); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	for i, want := range [][]string{
		2: {"first [1]", "200 ms", "peer", "30.0 s", "150x", "50.0 MB"},
		3: {"second", "100 ms", "> 50.0 s, stopped after 1m0s", "> 500x", "1000 MB"},
		4: {"third", "2.00 s, 50 MB/s"},
		5: {"fourth", "absent", "not installed: no Python"},
		7: {"[1] A note."},
	} {
		for _, w := range want {
			if !strings.Contains(lines[i], w) {
				t.Errorf("line %d has no %q:\n%s", i, w, lines[i])
			}
		}
	}
	if strings.Contains(lines[5], "NaN") || strings.Contains(lines[4], "NaN") {
		t.Errorf("NaN in the table:\n%s", b.String())
	}
	for _, l := range lines[1:6] {
		if len([]rune(l)) != len([]rune(lines[0])) {
			t.Errorf("lines of different width:\n%s", b.String())
		}
	}
}

// A peer that was stopped is not called finished, and what is extrapolated says so.
func TestStoppedPeer(t *testing.T) {
	r := &row{Ours: done("ours", 0.1), Peer: &outcome{Name: "slow one", Err: "stopped", Runs: []*result{{
		Phases:  []phase{{Name: "a", Seconds: []float64{10}, CPU: []float64{10}}},
		Answers: answers("main 0", 1.0), Progress: &progress{Done: 1, Total: 4, Seconds: 40},
	}}}}
	describeProgress(r)
	if want := "slow one had done 1 of 4 equal parts of its last phase in 40.0 s; at that pace the whole takes 170 s, which would be 1,700x. That is extrapolated, not measured."; len(r.Notes) != 1 || r.Notes[0] != want {
		t.Errorf("notes %q, want %q", r.Notes, want)
	}
	if got := r.cpuText(); got != "" {
		t.Errorf("a ratio of processor times of unfinished work: %s", got)
	}
	r.distance("mains", "main ", 0.1)
	if len(r.Distances) > 0 {
		t.Error("unfinished answers were compared")
	}
}

func TestRatios(t *testing.T) {
	for v, want := range map[float64]string{1.5: "1.50x", 150: "150x", 999.6: "1000x", 231234: "231,000x"} {
		if got := formatRatio(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

func TestSignificant(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.00012345: "0.000123", 1.5: "1.50", 12.34: "12.3", 123.4: "123", 1234: "1230", 98765: "98800", 99.96: "100.0"} {
		if got := significant(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

func TestMedianAndSlope(t *testing.T) {
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Errorf("median of 3, 1, 2 is %v", m)
	}
	if m := median([]float64{4, 1, 2, 3}); m != 2.5 {
		t.Errorf("median of 4, 1, 2, 3 is %v", m)
	}
	if m := median(nil); !math.IsNaN(m) {
		t.Errorf("median of nothing is %v", m)
	}
	x, y := []float64{10, 100, 1000}, []float64{}
	for _, v := range x {
		y = append(y, 7*math.Pow(v, 1.5))
	}
	if s := slope(x, y); math.Abs(s-1.5) > 1e-12 {
		t.Errorf("slope of 7 x^1.5 is %v", s)
	}
}
