package nasalyze_test

import (
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze"
)

func TestDistinct(t *testing.T) {
	space, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "x", Upper: 1},
		{Name: "on", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Text("true")}},
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	for _, c := range []struct {
		id string
		x  float64
		on nasalyze.Value
	}{{"a", 0.5, nasalyze.Bool(true)}, {"b", 0.25, nasalyze.Bool(true)}, {"c", 0.5, nasalyze.Bool(true)}, {"d", 0.5, nasalyze.Text("true")}, {"e", 0.25, nasalyze.Bool(true)}} {
		s.Configs = append(s.Configs, nasalyze.Config{ID: c.id, Values: []nasalyze.Value{nasalyze.Number(c.x), c.on}})
		s.Trials = append(s.Trials, nasalyze.Trial{Config: len(s.Configs) - 1, Budget: 1, Values: []float64{float64(len(s.Configs))}})
	}
	d, canonical := s.Distinct()
	if want := []int{0, 1, 0, 2, 1}; !slices.Equal(canonical, want) {
		t.Errorf("canonical %v, want %v: the text true is not the value", canonical, want)
	}
	if err := d.Validate(); err != nil || len(d.Configs) != 3 || len(d.Trials) != 5 || d.Configs[2].ID != "d" {
		t.Fatalf("%v, %+v", err, d.Configs)
	}
	table, err := d.At(1, 0, nasalyze.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// The mean of 1 and 3, of 2 and 5, and 4.
	if !slices.Equal(table.Y, []float64{2, 3.5, 4}) || table.Counts.Repeated != 2 {
		t.Errorf("losses %v of %d repeated, want means of equal configurations", table.Y, table.Counts.Repeated)
	}
	if s.Trials[2].Config != 2 {
		t.Error("the study was changed")
	}
	if again, _ := d.Distinct(); again != d {
		t.Error("a study without equal configurations is copied")
	}
}
