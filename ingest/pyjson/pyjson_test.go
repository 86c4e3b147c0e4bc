package pyjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

func TestScalars(t *testing.T) {
	for raw, want := range map[string]nasalyze.Value{
		"1": nasalyze.Integer(1), "-0": nasalyze.Integer(0), "1.0": nasalyze.Number(1), "1e-05": nasalyze.Number(1e-5),
		"true": nasalyze.Bool(true), "null": nasalyze.Null(), `"a\u00e9\n"`: nasalyze.Text("aé\n"), `"x"`: nasalyze.Text("x"),
		"Infinity": nasalyze.Number(math.Inf(1)), "-Infinity": nasalyze.Number(math.Inf(-1)),
		"1e999": nasalyze.Number(math.Inf(1)), `""`: nasalyze.Text(""),
		"12345678901234567890": nasalyze.Number(12345678901234567890),
	} {
		got, err := Scalar([]byte(raw))
		if err != nil || got != want {
			t.Errorf("%s: %#v, %v", raw, got, err)
		}
	}
	if v, err := Scalar([]byte("NaN")); err != nil || !math.IsNaN(func() float64 { x, _ := v.Float(); return x }()) {
		t.Errorf("NaN: %v, %v", v, err)
	}
	for _, raw := range []string{"[1]", "{}", "", "nul"} {
		if v, err := Scalar([]byte(raw)); err == nil {
			t.Errorf("%q is read as %v", raw, v)
		}
	}
}

func TestIntAndFloats(t *testing.T) {
	for text, want := range map[string]int64{"7": 7, "-1": -1, "3.0": 3, "1e3": 1000, "9007199254740991": 1<<53 - 1} {
		if n, ok := Int([]byte(text)); !ok || n != want {
			t.Errorf("Int(%s) = %d, %v, expected %d", text, n, ok, want)
		}
	}
	for _, text := range []string{"", "null", "0.5", "NaN", "Infinity", "9007199254740992", `"7"`, "true"} {
		if n, ok := Int([]byte(text)); ok {
			t.Errorf("Int(%s) = %d, expected none", text, n)
		}
	}
	var bad []int
	x, err := Floats([]float64{9}, []byte(`[1, null, "a", -Infinity]`), func(i int, raw []byte) { bad = append(bad, i) })
	if err != nil || len(x) != 5 || x[0] != 9 || x[1] != 1 || !math.IsNaN(x[2]) || !math.IsNaN(x[3]) || !math.IsInf(x[4], -1) {
		t.Errorf("Floats = %v, %v", x, err)
	}
	if len(bad) != 1 || bad[0] != 2 {
		t.Errorf("bad elements %v, expected that at 2", bad)
	}
	if x, err := Floats(nil, []byte("0.25"), nil); err != nil || len(x) != 1 || x[0] != 0.25 {
		t.Errorf("a single number: %v, %v", x, err)
	}
	if _, err := Floats(nil, []byte("true"), nil); err == nil {
		t.Error("true is no number, yet no error")
	}
}

func TestNormalize(t *testing.T) {
	for raw, want := range map[string]string{
		`{"a": NaN, "b": [Infinity, -Infinity, -1], "c": "NaN, Infinity"}`: `{"a": "NaN", "b": ["Infinity", "-Infinity", -1], "c": "NaN, Infinity"}`,
		`"a \" NaN"`: `"a \" NaN"`,
		`NaN`:        `"NaN"`,
		`{"N": 1}`:   `{"N": 1}`,
	} {
		if got := string(Normalize(nil, []byte(raw))); got != want {
			t.Errorf("%s\n got %s\nwant %s", raw, got, want)
		}
	}
}

func TestWhatIsRejected(t *testing.T) {
	for _, raw := range []string{
		"", "{", "[1,]", `{"a":1,}`, `{a:1}`, "[1 2]", "01", "1.", ".5", "+1", "1e", "-", "nan", "NaNa", "tru", `"`, `"\x"`,
		`"\u12g4"`, "\"\n\"", "[1]]", "-Infinit", strings.Repeat("[", MaxDepth+5) + strings.Repeat("]", MaxDepth+5),
	} {
		d := NewDec([]byte(raw))
		_, err := d.Raw()
		if err == nil {
			err = d.End()
		}
		if err == nil {
			t.Errorf("%.40q is accepted", raw)
		}
	}
}

func TestMembersKeepOrderAndTheLastOfDuplicates(t *testing.T) {
	o, err := Members([]byte(` {"b": 1, "a": [1, {"x": "}"}], "b": 2} `))
	if err != nil || len(o) != 3 || o[1].Key != "a" || string(o.Get("b")) != "2" || o.Get("c") != nil {
		t.Fatalf("%v, %v", o, err)
	}
	list, err := Elements(o.Get("a"))
	if err != nil || len(list) != 2 || string(list[1]) != `{"x": "}"}` {
		t.Errorf("%q, %v", list, err)
	}
}

// What this package accepts is what encoding/json accepts, but for the three
// tokens; and what Normalize returns is always valid.
func FuzzRaw(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e-3,"x\u0041",null,true]}`, `[NaN,-Infinity,"NaN"]`, `"\ud800"`, `[[[[]]]]`, `-0`, `1e999`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := NewDec(data)
		raw, err := d.Raw()
		if err == nil {
			err = d.End()
		}
		valid := json.Valid(data)
		if err != nil {
			if valid && !strings.Contains(err.Error(), "deeper") {
				t.Fatalf("rejected valid JSON: %v", err)
			}
			return
		}
		norm := Normalize(nil, raw)
		if !json.Valid(norm) {
			t.Fatalf("%q is normalised to %q, which is not valid", raw, norm)
		}
		if !valid && bytes.Equal(norm, raw) {
			t.Fatalf("accepted %q", data)
		}
		Scalar(raw)
		Members(raw)
		Elements(raw)
	})
}

func ExampleDec() {
	d := NewDec([]byte(`[[0, 1], NaN, {"loss": 0.5}]`))
	_ = d.Array(func(i int) error {
		raw, err := d.Raw()
		fmt.Printf("%d: %s -> %s\n", i, raw, Normalize(nil, raw))
		return err
	})
	// Output:
	// 0: [0, 1] -> [0, 1]
	// 1: NaN -> "NaN"
	// 2: {"loss": 0.5} -> {"loss": 0.5}
}
