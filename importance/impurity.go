package importance

import (
	"math"

	"github.com/nasalyze/nasalyze/forest"
)

// Impurity returns the mean decrease of impurity of each column: in each tree, the weighted
// variance that the splits on it remove from the training rows, as share of what all
// splits remove (Breiman, Friedman, Olshen and Stone, "Classification and regression
// trees", 1984; Breiman, "Random forests", 2001). The score has mean and
// standard deviation over the trees; trees without a split that removes variance are NaN
// and left out. The time is O(nodes).
//
// It describes the fit to the training rows, noise included: columns with many
// different values collect splits that predict nothing (Strobl, Boulesteix, Zeileis and
// Hothorn, "Bias in random forest variable importance measures", BMC Bioinformatics 8, 2007).
// It weighs the domain by where the rows are and gives all of an interaction to the columns
// split on. Use it as a cross-check only.
//
// The decrease of a split of weight w into l and r is w_l w_r/w (m_l - m_r)^2, which equals
// w v - w_l v_l - w_r v_r for their variances v and cannot be negative by rounding. The
// means are those of scikit-learn's feature_importances_ for the same trees.
func Impurity(f *forest.Forest) ([]Score, error) {
	if err := checkForest(f); err != nil {
		return nil, err
	}
	shares := matrix(len(f.Columns), len(f.Trees), 0)
	decrease := make([]float64, len(f.Columns))
	for k := range f.Trees {
		t := &f.Trees[k]
		clear(decrease)
		sum := 0.0
		for i, c := range t.Feature {
			if c < 0 {
				continue
			}
			l, r := t.Left(i), int(t.Right[i])
			m := t.Value[l] - t.Value[r]
			wl, wr := float64(t.Weight[l]), float64(t.Weight[r])
			v := wl / float64(t.Weight[0]) * (wr / (wl + wr)) * m * m
			decrease[c] += v
			sum += v
		}
		for c, v := range decrease {
			shares[c][k] = math.NaN()
			if sum > 0 {
				shares[c][k] = v / sum
			}
		}
	}
	return scores(shares), nil
}
