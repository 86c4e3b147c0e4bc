package pcs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// sample is a configuration that ConfigSpace 0.7.1 sampled from the space that it
// wrote to the file: see ../configspace/testdata/generate_0x.py.
type sample struct {
	Values map[string]nasalyze.Value
	Vector map[string]float64
}

func readOracle(t *testing.T) (o struct{ Old, New []sample }) {
	t.Helper()
	data, err := os.ReadFile("testdata/oracle_pcs.json")
	if err == nil {
		err = json.Unmarshal(data, &o)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func readFile(t *testing.T, path string) (*nasalyze.Space, []source.Finding) {
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
	return s, findings.All()
}

func TestSamplesAreLegal(t *testing.T) {
	o := readOracle(t)
	for path, samples := range map[string][]sample{"testdata/space_old.pcs": o.Old, "testdata/space_new.pcs": o.New} {
		s, _ := readFile(t, path)
		if len(samples) != 100 {
			t.Fatalf("%s: %d samples", path, len(samples))
		}
		for i, c := range samples {
			values := make([]nasalyze.Value, len(s.Params))
			for name, v := range c.Values {
				values[s.Index(name)] = v
			}
			if errs := s.Check(values); errs != nil {
				t.Errorf("%s sample %d: %v", path, i, errs)
			}
			for j := range s.Params {
				p := &s.Params[j]
				mutant := append([]nasalyze.Value(nil), values...)
				mutant[j] = nasalyze.Text("?")
				if values[j].IsAbsent() {
					mutant[j] = p.Decode(0.5)
				}
				if s.Check(mutant) == nil {
					t.Errorf("%s sample %d: accepted with %s = %q", path, i, p.Name, mutant[j])
				}
				if p.Kind != nasalyze.Float || values[j].IsAbsent() {
					continue
				}
				got, err := p.Encode(values[j])
				if want := c.Vector[p.Name]; err != nil || math.Abs(got-want) > 1e-12 {
					t.Errorf("%s sample %d: %s encodes to %v (%v), ConfigSpace has %v", path, i, p.Name, got, err, want)
				}
			}
		}
	}
}

func describe(s *nasalyze.Space) []string {
	var lines []string
	for i := range s.Params {
		p := &s.Params[i]
		lines = append(lines, fmt.Sprintf("%s %v %s default %s", p.Name, p.Kind, p.Range(), p.Default))
	}
	for i := range s.Conditions {
		lines = append(lines, s.Conditions[i].String())
	}
	for i := range s.Forbidden {
		lines = append(lines, "forbidden "+s.Forbidden[i].String())
	}
	return lines
}

// Both formats, with the liberties that real files take.
func TestReadsByHand(t *testing.T) {
	const text = "\ufeff# a comment\n" + `
lr real [1e-06, 0.1] [0.01]log
n integer [1, 3] [2]
m integer [16,512][64] log   # spaces are free
"opt" categorical {Adam, 'SGD'} [Adam]
o ordinal {a, b, c} [b]
one categorical {fixed} [fixed]
Q16_units integer [16, 128] [32]
Q0_x real [0, 1] [0.5]
old [1, 2] [1.4]l
oldint [2, 20] [8]il
oldcat{0, 0.5, on}[0.5]
nodefault real [0, 1]
bad real [0, 1] [7]
model:net_1.w<2> real [0, 1] [0]

Conditionals:
oldcat | opt in {SGD}
nodefault | n > 1 && opt != Adam || o == c
m|n>1
bad | Q16_units < 64
old | model:net_1.w<2> > 0.5

Forbidden:
{opt=SGD, n=3}
{n=1}
{lr + old > 3, n < 2}
a stray remark
`
	var findings source.Findings
	s, err := Read(strings.NewReader(text), "space.pcs", &findings)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"lr float [1e-06, 0.1] log default 0.01",
		"n int [1, 3] default 2",
		"m int [16, 512] log default 64",
		"opt categorical {Adam, SGD} default Adam",
		"o ordinal {a, b, c} default b",
		"one constant {fixed} default fixed",
		"units int [16, 128] step 16 default 32",
		"x float [0, 1] default 0.5",
		"old float [1, 2] log default 1.4",
		"oldint int [2, 20] log default 8",
		"oldcat categorical {0, 0.5, on} default 0.5",
		"nodefault float [0, 1] default ",
		"bad float [0, 1] default ",
		"model:net_1.w<2> float [0, 1] default 0",
		"oldcat | opt in {SGD}",
		"nodefault | (n > 1 && opt != Adam) || o == c",
		"m | n > 1",
		"bad | units < 64",
		"old | model:net_1.w<2> > 0.5",
		"forbidden opt == SGD && n == 3",
		"forbidden n == 1",
	}
	if d := cmp.Diff(want, describe(s)); d != "" {
		t.Errorf("space (-want +got):\n%s", d)
	}
	var codes []string
	for _, f := range findings.All() {
		codes = append(codes, fmt.Sprintf("%s %d %s", f.Code, f.Line, f.Param))
	}
	want = []string{"quantised-name 9 units", "quantised-name 10 x", "bad-default 15 bad", "ignored-line 29 ", "unsupported-clause 28 "}
	if d := cmp.Diff(want, codes); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "p: no parameter found",
		"a real [0, x] [1]":                      `p:1: parameter "a": "x" is not a finite number`,
		"\na real [0, 1] [1]lag":                 `p:2: parameter "a": unknown flag "lag"`,
		"a real [1, 0] [1]":                      `p:1: parameter "a": lower bound 1 is above upper bound 0`,
		"a integer [0.5, 2] [1]":                 `p:1: parameter "a": bounds [0.5, 2] of an integer are not whole`,
		"a {x, x} [x]":                           `p:1: parameter "a": choice x is listed twice`,
		"a {x, y} [x]\na {x, y} [x]":             `p:2: parameter "a" is defined twice`,
		"a {x, y} [x]\nb | a == x":               `p:2: "b" is not a parameter of the space`,
		"a {x, y} [x]\nb [0,1][1]\nb | c in {x}": `p:3: condition of "b": "c" is not a parameter of the space`,
		"a {x, y} [x]\nb [0,1][1]\nb | a ~ x":    `p:3: condition of "b": cannot read "a ~ x"`,
		"b [0,1][1]\n{c=1}":                      `p:2: forbidden clause: "c" is not a parameter of the space`,
		"b [0,1][1]\n{b=z}":                      `p:2: forbidden clause: parameter "b": "z" is not a finite number`,
		"b [0,1][1]\nb | b > 0.5":                "go in a circle",
		"garbage]":                               "p:1: cannot read",
	} {
		_, err := Read(strings.NewReader(text), "p", &source.Findings{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\n got error %v\nexpected %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("lr real [1e-06, 0.1] [0.01]log\nopt categorical {Adam, SGD} [Adam]\nlr | opt == SGD && opt != Adam\n{opt=SGD, lr=0.1}\n"))
	f.Add([]byte("a [1, 2] [1.4]il # c\nb{0,1}[0]\na|b in {0}\n"))
	f.Add([]byte("Q16_n integer [16, 128] [32]\no ordinal {a, b} [a]\nQ16_n | o > a\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(bytes.NewReader(data), "fuzz", &source.Findings{})
		if err == nil {
			s.Check(s.Defaults())
			s.Decode(make([]float64, len(s.Params)))
		}
	})
}

func ExampleRead() {
	const text = `
opt categorical {Adam, SGD} [Adam]
momentum real [0, 0.99] [0.9]
momentum | opt == SGD`
	space, err := Read(strings.NewReader(text), "configspace.pcs", &source.Findings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(space.Params[1].Name, space.Params[1].Range(), "if", &space.Conditions[0].When)
	// Output: momentum [0, 0.99] if opt == SGD
}
