package reports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze"
)

// synthetic is a search over a function whose decomposition is known: x (uniform
// on [0, 1]) and a three-way choice, additive, and a parameter without effect. All
// n configurations run at budgets 1, 3 and 9, unless keep says no; at the lowest the
// effects of x and of the choice are swapped in strength.
func synthetic(t *testing.T, n int, noise float64, keep func(config, budget int) bool) *nasalyze.Study {
	t.Helper()
	space, err := nasalyze.NewSpace("synthetic", []nasalyze.Param{
		{Name: "x", Kind: nasalyze.Float, Lower: 0, Upper: 1},
		{Name: "choice", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("a"), nasalyze.Text("b"), nasalyze.Text("c")}},
		{Name: "idle", Kind: nasalyze.Float, Lower: 1e-4, Upper: 1, Log: true},
		{Name: "fixed", Kind: nasalyze.Constant, Choices: []nasalyze.Value{nasalyze.Integer(3)}},
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Name: "synthetic", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}, BudgetUnit: "s"}
	src := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		x, c, idle := src.Float64(), src.IntN(3), math.Pow(10, -4*src.Float64())
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Pick: nasalyze.RandomPick,
			Values: []nasalyze.Value{nasalyze.Number(x), space.Params[1].Choices[c], nasalyze.Number(idle), nasalyze.Integer(3)}})
		for b, budget := range []float64{1, 3, 9} {
			if keep != nil && !keep(i, b) {
				continue
			}
			wx, wc := 4.0, 0.5
			if b == 0 {
				wx, wc = 0.5, 4
			}
			s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Budget: budget, Values: []float64{wx*x + wc*float64(c)/2 + noise*src.NormFloat64()},
				Submitted: math.NaN(), Started: float64(100*i + b), Finished: float64(100*i+b) + 10})
		}
	}
	return s
}

func analyzed(t *testing.T, s *nasalyze.Study, opt Options) *Analysis {
	t.Helper()
	if opt.Replicates == 0 {
		opt.Replicates = 20
	}
	a, err := Analyze(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnalyzeFindsTheKnownDecomposition(t *testing.T) {
	a := analyzed(t, synthetic(t, 300, 0.05, nil), Options{})
	if got := len(a.Params); got != 3 {
		t.Fatalf("%d parameters, expected 3: the constant is no dimension", got)
	}
	// Var(4x) = 16/12, Var of 0.5 c/2 over c in {0, 1, 2} = (0.5/2)^2 2/3.
	vx, vc := 16.0/12, 0.25*0.25*2/3
	for b, want := range [][]float64{{0.25 / 12, 4 * 2.0 / 3}, {vx, vc}, {vx, vc}} {
		out := &a.Budgets[b]
		if !out.Decided {
			t.Fatalf("budget %v undecided: %s", out.Budget, out.Reason)
		}
		for i := range 2 {
			share := want[i] / (want[0] + want[1])
			if got := out.Importance[i].Individual.Mean; math.Abs(got-share) > 0.06 {
				t.Errorf("budget %v: importance of %s is %.3f, expected %.3f", out.Budget, a.Params[i].Name, got, share)
			}
		}
		if got := out.Importance[2].Individual.Mean; got > 0.03 {
			t.Errorf("budget %v: importance of a parameter without effect is %.3f", out.Budget, got)
		}
		if out.OOB.R2 < 0.8 {
			t.Errorf("budget %v: out-of-bag R2 %.2f of a smooth function", out.Budget, out.OOB.R2)
		}
	}
	for i, want := range []string{"keep", "keep", "fix"} {
		if a.Advice[i].Action != want {
			t.Errorf("advice on %s is %+v, expected %s", a.Advice[i].Param, a.Advice[i], want)
		}
	}
	pruned, n, err := Prune(synthetic(t, 1, 0, nil).Space, a.Advice)
	if err != nil || n != 1 || pruned.Params[2].Kind != nasalyze.Constant {
		t.Errorf("pruned %d parameters, error %v; expected idle to become a constant", n, err)
	}
	// x gains from budget 1 to 9, choice loses, and both are beyond doubt.
	for i, sign := range []float64{1, -1, 0} {
		s := a.Shifts[i]
		if sign != 0 && (!s.Decided || s.Change.Mean*sign < 0.5) {
			t.Errorf("shift of %s is %+v, expected a change towards %v", s.Param, s.Change, sign)
		}
		if sign == 0 && s.Decided {
			t.Errorf("shift of %s is decided: %+v", s.Param, s.Change)
		}
	}
}

func TestAnalyzeSums(t *testing.T) {
	a := analyzed(t, synthetic(t, 120, 0.3, nil), Options{Replicates: -1})
	for _, b := range a.Budgets {
		sum := b.HigherOrder.Mean
		for _, imp := range b.Importance {
			sum += imp.Individual.Mean
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("budget %v: all shares sum to %v", b.Budget, sum)
		}
		for i := range a.Params { // the Sobol' total is at least the main effect plus nothing, at most all that is left
			imp := b.Importance[i]
			if imp.Sobol.Mean < imp.Individual.Mean-1e-12 {
				t.Errorf("budget %v: total %v of %s is below its main effect %v", b.Budget, imp.Sobol.Mean, imp.Params[0], imp.Individual.Mean)
			}
			if !math.IsNaN(imp.Individual.Lo) {
				t.Errorf("an interval without replicates")
			}
		}
	}
}

// Directions must not change what is said: maximising -f is minimising f.
func TestAnalyzeDirection(t *testing.T) {
	up := synthetic(t, 80, 0.1, nil)
	up.Objectives[0].Maximize = true
	for i := range up.Trials {
		up.Trials[i].Values[0] *= -1
	}
	a, b := analyzed(t, synthetic(t, 80, 0.1, nil), Options{}), analyzed(t, up, Options{})
	if diff := cmp.Diff(a.Correlations[0].Spearman, b.Correlations[0].Spearman, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("correlation differs with the direction:\n%s", diff)
	}
	if diff := cmp.Diff(a.Budgets[2].Importance, b.Budgets[2].Importance, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("importance differs with the direction:\n%s", diff)
	}
	if a.Budgets[2].Best.ID != b.Budgets[2].Best.ID || a.Budgets[2].Best.Value != -b.Budgets[2].Best.Value {
		t.Errorf("incumbents %+v and %+v", a.Budgets[2].Best, b.Budgets[2].Best)
	}
	if m, n := a.Budgets[2].Marginals[0].Mean, b.Budgets[2].Marginals[0].Mean; m[0] != -n[0] {
		t.Errorf("marginal starts at %v and %v", m[0], n[0])
	}
}

func TestAnalyzeSameForAnyWorkers(t *testing.T) {
	s := synthetic(t, 60, 0.2, nil)
	var first bytes.Buffer
	for _, workers := range []int{1, 2, 5} {
		var buf bytes.Buffer
		if err := Write(&buf, analyzed(t, s, Options{Workers: workers, Seed: 7})); err != nil {
			t.Fatal(err)
		}
		if first.Len() == 0 {
			first = buf
		} else if !bytes.Equal(first.Bytes(), buf.Bytes()) {
			t.Errorf("the report with %d workers differs", workers)
		}
	}
}

// A halving search: each budget keeps the better third. What cannot be told must
// be said, never drawn or set to zero.
func TestAnalyzeSelection(t *testing.T) {
	a := analyzed(t, synthetic(t, 27, 0.1, func(i, b int) bool { return b == 0 || b == 1 && i < 9 || i < 3 }), Options{})
	last := a.Budgets[2]
	if last.Decided || last.Reason == "" || len(last.Importance) > 0 {
		t.Errorf("3 configurations gave an importance: %+v", last)
	}
	for _, c := range a.Correlations {
		if told := !math.IsNaN(c.Spearman.Rho); told != (c.N >= 4) {
			t.Errorf("%v to %v: n = %d, rho = %v", c.Low, c.High, c.N, c.Spearman.Rho)
		}
		if math.IsNaN(c.Spearman.Rho) && c.Spearman.Reason == "" {
			t.Errorf("%v to %v: NaN without a reason", c.Low, c.High)
		}
	}
	if c := a.Correlations[0]; c.N != 9 || c.NLow != 27 || c.NHigh != 9 || c.Spearman.Method != "exact permutation" {
		t.Errorf("correlation of survivors: %+v", c)
	}
	i := slices.IndexFunc(a.Answers, func(x Answer) bool { return x.Question == "What cannot be told?" })
	if i < 0 || !strings.Contains(a.Answers[i].Text, "at 9 s") {
		t.Errorf("the answers do not say that 9 s cannot be told: %+v", a.Answers)
	}
}

func TestAnalyzeWithoutSharedConfigurations(t *testing.T) {
	a := analyzed(t, synthetic(t, 90, 0.1, func(i, b int) bool { return i%3 == b }), Options{})
	for _, c := range a.Correlations {
		if c.N != 0 || !math.IsNaN(c.Spearman.Rho) || math.IsNaN(c.Surrogate.Rho) {
			t.Errorf("%v to %v: %+v; expected no correlation of results, but one of the forests", c.Low, c.High, c)
		}
	}
	if !slices.ContainsFunc(a.Warnings, func(w Warning) bool { return w.Code == "no-shared-configuration" }) {
		t.Errorf("no warning in %+v", a.Warnings)
	}
}

// With more than ten budgets the name of one begins that of another.
func TestReasonNamesTheBudget(t *testing.T) {
	s := synthetic(t, 8, 0.1, func(_, b int) bool { return b == 0 })
	for b := range 11 {
		for i := range 8 {
			trial := s.Trials[i]
			trial.Budget, trial.Values = float64(100+b), []float64{float64(i)}
			if b == 10 {
				trial.Values[0] = 1
			}
			s.Trials = append(s.Trials, trial)
		}
	}
	for _, c := range analyzed(t, s, Options{Brief: true}).Correlations {
		if c.High == 110 && !strings.HasSuffix(c.Spearman.Reason, "all equal in 110 s") {
			t.Errorf("%v to %v: %s", c.Low, c.High, c.Spearman.Reason)
		}
	}
}

func TestAnalyzeRefusesNothing(t *testing.T) {
	s := synthetic(t, 5, 0, nil)
	for i := range s.Trials {
		s.Trials[i].Status = nasalyze.Crashed
	}
	if _, err := Analyze(context.Background(), s, Options{}); !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), "15 of them failed") {
		t.Errorf("got %v, expected ErrNothing with the counts", err)
	}
	s = synthetic(t, 20, 0, nil)
	for i := range s.Trials {
		s.Trials[i].Values[0] = 1
	}
	a := analyzed(t, s, Options{})
	if b := a.Budgets[0]; b.Decided || b.Reason != "all results are equal" {
		t.Errorf("equal results: %+v", b)
	}
	if _, err := Analyze(context.Background(), s, Options{Objective: "accuracy"}); err == nil || !strings.Contains(err.Error(), `"loss"`) {
		t.Errorf("got %v, expected an error that lists the objectives", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Analyze(ctx, synthetic(t, 50, 0.1, nil), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, expected context.Canceled", err)
	}
}

// Above a cutoff nothing matters: clamped to below all results, no tree has
// variance; clamped where only x still tells results apart, choice loses its share.
func TestAnalyzeCutoffs(t *testing.T) {
	s := synthetic(t, 200, 0.05, nil)
	for i := range s.Trials {
		s.Trials[i].Values[0] *= -1
	}
	s.Objectives[0].Maximize = true
	a := analyzed(t, s, Options{Cutoffs: Cutoffs{Low: &Cutoff{Value: 100}}})
	if b := a.Budgets[2]; b.Decided || b.Reason != "the forest has no variance to explain" {
		t.Errorf("all results clamped: %+v", b.Reason)
	}
	free, high := analyzed(t, s, Options{}), -3.0
	a = analyzed(t, s, Options{Cutoffs: Cutoffs{High: &Cutoff{Value: high}}})
	if got, all := a.Budgets[2].Importance[1].Individual.Mean, free.Budgets[2].Importance[1].Individual.Mean; got == all {
		t.Errorf("the importance of choice is %v with and without a cutoff", got)
	}
	if m := a.Budgets[2].Marginals[0].Mean; slices.Max(m) > high+1e-9 {
		t.Errorf("marginal reaches %v, expected at most %v", slices.Max(m), high)
	}
}

func TestTables(t *testing.T) {
	a := analyzed(t, synthetic(t, 30, 0.1, nil), Options{Replicates: -1})
	for _, table := range Tables(a) {
		for i, row := range table.Rows {
			if len(row) != len(table.Header) {
				t.Errorf("table %s: row %d has %d cells, expected %d", table.Name, i, len(row), len(table.Header))
			}
		}
		var buf bytes.Buffer
		if err := WriteCSV(&buf, table); err != nil {
			t.Error(err)
		}
		if strings.Contains(buf.String(), "NaN") {
			t.Errorf("table %s: NaN in CSV", table.Name)
		}
	}
}
