package correlation

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// TestSciPy compares with values obtained from running
//
//	python scipy_reference.py > scipy.json
//
// in testdata, with scipy 1.17.1 and numpy 2.4.6: spearmanr, kendalltau (variant b)
// and, up to nine items, permutation_test over all pairings.
func TestSciPy(t *testing.T) {
	data, err := os.ReadFile("testdata/scipy.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name               string
			X, Y               []float64
			Rho, RhoP          float64
			Tau, TauP          float64
			RhoExact, TauExact float64
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 13 {
		t.Fatalf("%d cases, expected 13", len(file.Cases))
	}
	for _, c := range file.Cases {
		rho, err := Spearman(c.X, c.Y)
		if err != nil {
			t.Fatal(err)
		}
		tau, err := Kendall(c.X, c.Y)
		if err != nil {
			t.Fatal(err)
		}
		rhoP, tauP := c.RhoP, c.TauP
		rhoMethod, tauMethod := TApproximation, NormalApproximation
		if len(c.X) <= 9 {
			rhoP, tauP = c.RhoExact, c.TauExact
			rhoMethod, tauMethod = ExactPermutation, ExactPermutation
		} else if len(c.X) <= 33 && c.Name != "twelve tied" {
			tauMethod = ExactCount
		}
		same(t, c.Name+": rho", rho.Value, c.Rho, 1e-14)
		same(t, c.Name+": p of rho", rho.P, rhoP, 1e-11)
		same(t, c.Name+": tau", tau.Value, c.Tau, 1e-14)
		same(t, c.Name+": p of tau", tau.P, tauP, 1e-11)
		if rho.Method != rhoMethod || tau.Method != tauMethod {
			t.Errorf("%s: methods %q and %q, expected %q and %q", c.Name, rho.Method, tau.Method, rhoMethod, tauMethod)
		}
		// The approximations of small cases too, which the functions replace by
		// the exact values.
		s, err := pairOf(c.X, c.Y)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(rho.Value) < 1 {
			p, _ := s.spearmanP(rho.Value)
			same(t, c.Name+": t approximation", p, c.RhoP, 1e-11)
		}
		p, _ := s.kendallP(s.concordance())
		same(t, c.Name+": p of tau as scipy chooses it", p, c.TauP, 1e-11)
	}
}

// same checks a number to a relative tolerance.
func same(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %v, expected %v", what, got, want)
	}
}
