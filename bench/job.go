package main

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// job is what a contender is asked to do.
type job struct {
	// Task names the code to run: a worker task of ours or a script in peers/.
	Task string `json:"task"`
	Path string `json:"path,omitempty"`
	// Test is the path of held-out rows.
	Test string `json:"test,omitempty"`
	// Export is a file that the trees are written to, and read from by ours.
	Export string `json:"export,omitempty"`
	// Trees of a forest, columns Tried per split (0 means all), smallest leaf (0
	// means 1).
	Trees   int `json:"trees,omitempty"`
	Tried   int `json:"tried,omitempty"`
	MinLeaf int `json:"minLeaf,omitempty"`
	// OutOfBag asks for the out-of-bag quality as part of a fit.
	OutOfBag bool `json:"outOfBag,omitempty"`
	// Totals asks for total effects beside main effects and pairs.
	Totals bool `json:"totals,omitempty"`
	// NoIntervals leaves the bootstrap of the importance out of a report.
	NoIntervals bool `json:"noIntervals,omitempty"`
	// Bytes of text that are to be read.
	Bytes int64 `json:"bytes,omitempty"`
	// Repeats of the timed part within the process; 0 means 1. One is the cold
	// run that a user sees.
	Repeats int `json:"repeats,omitempty"`
	// CPUs that may be used at the same time.
	CPUs int `json:"cpus,omitempty"`
}

// result is what a contender reports.
type result struct {
	// Done is false if the contender was stopped on its way.
	Done     bool     `json:"done"`
	Phases   []phase  `json:"phases"`
	Answers  []answer `json:"answers,omitempty"`
	Notes    []string `json:"notes,omitempty"`
	Versions []string `json:"versions,omitempty"`
	// Floors of the phases, told by ours.
	Floors []floor `json:"floors,omitempty"`
	// Progress of the phase in which the contender was stopped.
	Progress *progress `json:"progress,omitempty"`
	// Unfinished is how many seconds it had been silent when it was stopped: the time
	// of the phase it was in, or of that since Progress.
	Unfinished float64 `json:"unfinished,omitempty"`
	// Base is the resident memory in bytes when the work began, Peak the largest
	// of the process up to the end of the last phase.
	Base int64 `json:"base"`
	Peak int64 `json:"peak"`
	// Process is the time in seconds that the whole process took, as its parent saw it.
	Process float64 `json:"process,omitempty"`
}

// phase is a timed part of the work, with the seconds of every repeat on the clock
// and of processors, which other programs on the machine disturb less.
type phase struct {
	Name    string    `json:"name"`
	Seconds []float64 `json:"seconds"`
	CPU     []float64 `json:"cpu,omitempty"`
}

func (p phase) clock() []float64 { return p.Seconds }
func (p phase) cpu() []float64   { return p.CPU }

// progress tells how many of the equal parts of a phase were done after how many seconds.
type progress struct {
	Done    int     `json:"done"`
	Total   int     `json:"total"`
	Seconds float64 `json:"seconds"`
}

// value of an answer, NaN if there is none of that name.
func (r *result) value(name string) float64 {
	for _, a := range r.Answers {
		if a.Name == name {
			return float64(a.Value)
		}
	}
	return math.NaN()
}

// seconds is the time of the work: the sum of the phases, the median of each
// phase's repeats.
func (r *result) seconds() float64 {
	sum := 0.0
	for _, p := range r.Phases {
		sum += median(p.Seconds)
	}
	return sum
}

// cpu is the processor time of the work, over all cores.
func (r *result) cpu() float64 {
	sum := 0.0
	for _, p := range r.Phases {
		sum += median(p.CPU)
	}
	return sum
}

// phaseTime is the time of all phases of a name, which may be followed by a blank and what they
// are about: the sum of the medians of their repeats, NaN if there is none.
func (r *result) phaseTime(name string, times func(phase) []float64) float64 {
	sum, found := 0.0, false
	if r != nil {
		for _, p := range r.Phases {
			if p.Name == name || strings.HasPrefix(p.Name, name+" ") {
				sum += median(times(p))
				found = true
			}
		}
	}
	if !found {
		return math.NaN()
	}
	return sum
}

// answer is one number that the work found.
type answer struct {
	Name  string `json:"name"`
	Value number `json:"value"`
}

// number is a float64 whose NaN and infinities are null in JSON.
type number float64

// MarshalJSON writes null for what is not finite.
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return json.Marshal(f)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads null as NaN.
func (n *number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// median of values, NaN if there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	m := len(v) / 2
	if len(v)%2 == 1 {
		return v[m]
	}
	return (v[m-1] + v[m]) / 2
}
