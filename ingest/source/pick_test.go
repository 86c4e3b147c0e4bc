package source

import (
	"testing"

	"github.com/nasalyze/nasalyze"
)

func TestPicks(t *testing.T) {
	for origin, want := range map[string]nasalyze.Pick{
		"": nasalyze.PickUnknown, "Default": nasalyze.RandomPick, "Initial Design: Sobol": nasalyze.RandomPick, "Sobol": nasalyze.RandomPick,
		"Random Search (sorted)": nasalyze.ModelPick, "Local Search": nasalyze.ModelPick, "Custom": nasalyze.PickUnknown,
		"Acquisition Function Maximizer: Random Search (sorted)": nasalyze.ModelPick,
	} {
		if got := PickOf(origin); got != want {
			t.Errorf("%q: %v, expected %v", origin, got, want)
		}
	}
}
