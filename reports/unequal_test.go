package reports

import (
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// Means over other instances than those of the others, and over what did not fail, are warned about.
func TestUnequal(t *testing.T) {
	for _, c := range []struct {
		change func(trial *nasalyze.Trial, again bool)
		want   []string
	}{
		{func(*nasalyze.Trial, bool) {}, nil},
		{func(trial *nasalyze.Trial, again bool) {
			trial.Instance = map[bool]string{false: "a", true: "b"}[again]
		}, nil},
		{func(trial *nasalyze.Trial, again bool) {
			trial.Instance = "a"
			if again && trial.Config%2 == 0 {
				trial.Instance = "b"
			}
		}, []string{"instances"}},
		{func(trial *nasalyze.Trial, again bool) {
			if again && trial.Config < 3 {
				trial.Status = nasalyze.Crashed
			}
		}, []string{"partly-failed"}},
	} {
		s := synthetic(t, 30, 0.1, func(_, b int) bool { return b == 0 })
		for _, trial := range s.Trials {
			trial.Values = slices.Clone(trial.Values)
			s.Trials = append(s.Trials, trial)
		}
		for i := range s.Trials {
			c.change(&s.Trials[i], i >= 30)
		}
		var got []string
		for _, w := range analyzed(t, s, Options{Replicates: -1, Brief: true}).Warnings {
			if w.Code != "pauses" {
				got = append(got, w.Code)
			}
			if w.Code == "instances" && !strings.Contains(w.Text, "on 1 to 2 of them") || w.Code == "partly-failed" && !strings.Contains(w.Text, " 3 configurations failed") {
				t.Error(w.Text)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("warnings %v, want %v", got, c.want)
		}
	}
}
