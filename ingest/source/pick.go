package source

import (
	"strings"

	"github.com/nasalyze/nasalyze"
)

// PickOf tells from the words that SMAC and DeepCAVE use for origins whether a
// model proposed a configuration. Random search "(sorted)" by the acquisition
// function is the model's choice.
func PickOf(origin string) nasalyze.Pick {
	o := strings.ToLower(origin)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(o, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("sorted"):
		return nasalyze.ModelPick
	case has("random", "sobol", "initial design", "default", "latin hypercube", "factorial"):
		return nasalyze.RandomPick
	case has("acquisition", "local search", "model"):
		return nasalyze.ModelPick
	}
	return nasalyze.PickUnknown
}
