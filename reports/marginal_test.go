package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// TestMarginalIntervals: where the marginals are known, most points of the curves
// lie within their intervals, and a maximised objective has the same ones mirrored.
func TestMarginalIntervals(t *testing.T) {
	s := synthetic(t, 300, 0.2, func(_, budget int) bool { return budget == 2 })
	opt := Options{Seed: 3, Replicates: 40, Brief: true}
	a := analyzed(t, s, opt)
	for i := range s.Trials {
		s.Trials[i].Values[0] *= -1
	}
	s.Objectives[0].Maximize = true
	mirrored := analyzed(t, s, opt)

	inside, points := 0, 0
	for k, m := range a.Budgets[0].Marginals {
		mir := mirrored.Budgets[0].Marginals[k]
		if len(m.Lo) != len(m.X) || len(m.Hi) != len(m.X) {
			t.Fatalf("%s: intervals at %d and %d of %d points", m.Param, len(m.Lo), len(m.Hi), len(m.X))
		}
		for i, x := range m.X {
			truth := 2 + 0.25 // the means of 4x and of the choice
			switch m.Param {
			case "x":
				truth += 4*x - 2
			case "choice":
				truth += 0.25*x - 0.25
			}
			if m.Lo[i] <= truth && truth <= m.Hi[i] {
				inside++
			}
			points++
			if !(m.Lo[i] < m.Mean[i] && m.Mean[i] < m.Hi[i]) {
				t.Errorf("%s at %v: %v is not within %v and %v", m.Param, x, m.Mean[i], m.Lo[i], m.Hi[i])
			}
			if math.Abs(mir.Lo[i]+m.Hi[i]) > 1e-9 || math.Abs(mir.Hi[i]+m.Lo[i]) > 1e-9 {
				t.Errorf("%s at %v: interval %v to %v, of the mirrored objective %v to %v", m.Param, x, m.Lo[i], m.Hi[i], mir.Lo[i], mir.Hi[i])
			}
		}
		if w := m.Hi[len(m.X)/2] - m.Lo[len(m.X)/2]; w > 1 {
			t.Errorf("%s: an interval is %v wide, of a range of 4.5", m.Param, w)
		}
	}
	if inside < points*85/100 {
		t.Errorf("%d of %d points lie within their 95 %% intervals", inside, points)
	}
	opt.Replicates = -1
	if m := analyzed(t, s, opt).Budgets[0].Marginals[0]; m.Lo != nil || m.Hi != nil {
		t.Errorf("intervals %v to %v without replicates", m.Lo, m.Hi)
	}
}

// TestHighOrderWarning: the parity of three choices has no main effect and no pair.
func TestHighOrderWarning(t *testing.T) {
	space, err := nasalyze.NewSpace("parity", []nasalyze.Param{
		{Name: "a", Kind: nasalyze.Float, Lower: 0, Upper: 1},
		{Name: "b", Kind: nasalyze.Float, Lower: 0, Upper: 1},
		{Name: "c", Kind: nasalyze.Float, Lower: 0, Upper: 1},
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Name: "parity", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	src := rand.New(rand.NewPCG(1, 2))
	for i := range 400 {
		a, b, c := src.Float64(), src.Float64(), src.Float64()
		y := math.Copysign(1, (a-0.5)*(b-0.5)*(c-0.5))
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: []nasalyze.Value{nasalyze.Number(a), nasalyze.Number(b), nasalyze.Number(c)}})
		s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Budget: 1, Values: []float64{y}, Submitted: math.NaN(), Started: math.NaN(), Finished: math.NaN()})
	}
	warned := func(s *nasalyze.Study) bool {
		a := analyzed(t, s, Options{Replicates: -1, Brief: true})
		return slices.ContainsFunc(a.Warnings, func(w Warning) bool { return w.Code == "high-order" })
	}
	if !warned(s) {
		t.Error("no warning about a parity of three")
	}
	if warned(synthetic(t, 100, 0, nil)) {
		t.Error("a warning about an additive function")
	}
}
