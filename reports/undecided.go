package reports

import (
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

// flatForest is why nothing is decided where no tree has a split.
const flatForest = "the forest has no variance to explain"

// tooLittle says why a table has nothing to fit a forest to, or "".
func (z *analyzer) tooLittle(t *nasalyze.Table) string {
	switch {
	case t.D == 0:
		return "no parameter varies"
	case t.N < z.opt.MinConfigs:
		return fmt.Sprintf("only %d configurations with a result, at least %d are needed", t.N, z.opt.MinConfigs)
	}
	if i := slices.IndexFunc(t.Y, func(y float64) bool { return math.Abs(y) > forest.MaxMagnitude }); i >= 0 {
		return fmt.Sprintf("configuration %s has the result %v, which has no place in a variance; --cutoffs exclude with a cutoff leaves it out", z.study.Configs[t.Configs[i]].ID, z.sign*t.Y[i])
	}
	return ""
}

// noForecast says why a forest that was fitted tells nothing about
// configurations that it has not seen, or "".
func noForecast(oob forest.OutOfBag) string {
	switch {
	case math.IsNaN(oob.R2):
		return "the forest has no out-of-bag error to judge it by"
	case oob.R2 <= 0:
		return fmt.Sprintf("the forest predicts unseen configurations no better than their mean (out-of-bag R² %s)", rho(oob.R2))
	}
	return ""
}
