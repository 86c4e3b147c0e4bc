package configspace

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// sample is a configuration that ConfigSpace sampled: see testdata/generate_1x.py
// and testdata/generate_0x.py for the versions and commands.
type sample struct {
	Values    map[string]nasalyze.Value
	Vector    map[string]float64
	Forbidden []bool
}

type oracle struct {
	WrittenBy   string `json:"written_by"`
	Valid, Free []sample
}

func readOracle(t *testing.T, path string) oracle {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatal(err)
	}
	if len(o.Valid) < 100 {
		t.Fatalf("%s has %d samples, expected at least 100", path, len(o.Valid))
	}
	return o
}

func readSpace(t *testing.T, path string) (*nasalyze.Space, *source.Findings) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var findings source.Findings
	s, err := Read(f, path, &findings)
	if err != nil {
		t.Fatal(err)
	}
	return s, &findings
}

func position(s *nasalyze.Space, m map[string]nasalyze.Value) []nasalyze.Value {
	values := make([]nasalyze.Value, len(s.Params))
	for name, v := range m {
		values[s.Index(name)] = v
	}
	return values
}

// Every configuration that ConfigSpace samples is legal, with exactly its active
// parameters; every configuration changed against the rules is not.
func TestSamplesAreLegal(t *testing.T) {
	for _, version := range []string{"1x", "0x"} {
		s, _ := readSpace(t, "testdata/space_"+version+".json")
		o := readOracle(t, "testdata/oracle_"+version+".json")
		mutants := 0
		for i, c := range o.Valid {
			values := position(s, c.Values)
			if errs := s.Check(values); errs != nil {
				t.Errorf("%s (%s) sample %d: %v", version, o.WrittenBy, i, errs)
			}
			for j := range s.Params {
				p := &s.Params[j]
				mutant := append([]nasalyze.Value(nil), values...)
				switch {
				case values[j].IsAbsent():
					mutant[j] = p.Decode(0.5) // an inactive parameter with a legal value
				case p.Numeric():
					mutant[j] = nasalyze.Number(p.Upper + 1)
				case i%2 == 0:
					mutant[j] = nasalyze.Value{} // an active parameter without a value
				default:
					mutant[j] = nasalyze.Text("not a choice")
				}
				if s.Check(mutant) == nil {
					t.Errorf("%s sample %d: accepted with %s = %q", version, i, p.Name, mutant[j])
				}
				mutants++
			}
		}
		t.Logf("%s: %d samples accepted, %d mutants rejected", version, len(o.Valid), mutants)
	}
}

// Each forbidden clause holds where ConfigSpace says so.
func TestForbiddenVerdicts(t *testing.T) {
	s, _ := readSpace(t, "testdata/space_1x.json")
	held := make([]int, len(s.Forbidden))
	for i, c := range readOracle(t, "testdata/oracle_1x.json").Free {
		values := position(s, c.Values)
		if len(c.Forbidden) != len(s.Forbidden) {
			t.Fatalf("%d verdicts for %d clauses", len(c.Forbidden), len(s.Forbidden))
		}
		for k := range s.Forbidden {
			single, err := nasalyze.NewSpace("", s.Params, s.Conditions, s.Forbidden[k:k+1])
			if err != nil {
				t.Fatal(err)
			}
			got := single.IsForbidden(values) != nil
			if got != c.Forbidden[k] {
				t.Errorf("sample %d: %s holds: %v, ConfigSpace says %v", i, &s.Forbidden[k], got, c.Forbidden[k])
			}
			if got {
				held[k]++
			}
		}
	}
	for k, n := range held {
		if n == 0 {
			t.Errorf("%s holds for no sample: the test says nothing of it", &s.Forbidden[k])
		}
	}
}

// The encoding agrees with ConfigSpace's own vectors: continuous parameters to
// 1e-12, categoricals exactly, ordinals up to the form (index there, the middle
// of the cell here), integers as equal cells with the same order.
func TestEncodingAgainstConfigSpace(t *testing.T) {
	for _, version := range []string{"1x", "0x"} {
		s, _ := readSpace(t, "testdata/space_"+version+".json")
		compared := map[nasalyze.Kind]int{}
		for i, c := range readOracle(t, "testdata/oracle_"+version+".json").Valid {
			for name, want := range c.Vector {
				p := &s.Params[s.Index(name)]
				if version == "0x" && p.Prior != nil && p.Prior.Name == "normal" {
					continue // 0.x does not scale normals to the unit interval
				}
				got, err := p.Encode(c.Values[name])
				if err != nil {
					t.Fatalf("%s sample %d: %v", version, i, err)
				}
				tol := 1e-12
				switch p.Kind {
				case nasalyze.Constant:
					continue
				case nasalyze.Ordinal:
					want = (want + 0.5) / float64(len(p.Choices))
				case nasalyze.Int:
					// ConfigSpace 1.x puts the extreme values on 0 and 1, 0.x in
					// the middle of cells as here (see Param.Encode).
					if version == "1x" {
						tol = integerGap(p)
					} else {
						tol = 1e-4 // 0.x widens by 0.49999, not 0.5
					}
				case nasalyze.Float:
					if p.Step != 0 {
						tol = 0.5 * p.Step / (p.Upper - p.Lower) // cells here, none there
					} else {
						tol = 1e-12
					}
				}
				if p.Kind == nasalyze.Int && p.Step > 1 {
					continue
				}
				if math.Abs(got-want) > tol {
					t.Errorf("%s sample %d: %s = %v encodes to %v, ConfigSpace has %v", version, i, name, c.Values[name], got, want)
				}
				compared[p.Kind]++
			}
		}
		for _, k := range []nasalyze.Kind{nasalyze.Float, nasalyze.Int, nasalyze.Categorical, nasalyze.Ordinal} {
			if compared[k] == 0 {
				t.Errorf("%s: no %v compared", version, k)
			}
		}
	}
}

// integerGap is half the widest cell: how far the two integer encodings can be apart.
func integerGap(p *nasalyze.Param) float64 {
	n := p.Upper - p.Lower + 1
	if p.Log {
		return math.Log((p.Lower+1)/p.Lower) / math.Log(p.Upper/p.Lower)
	}
	return 0.5/n + 1e-12
}
