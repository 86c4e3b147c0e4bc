package reports

import (
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
)

// unconfirmedNoted is the distance of total indices from what unseen configurations confirm, in
// half widths of intervals that know nothing of noise, from which on there is a warning. Without much noise it is
// mostly below 2 up to 1,000 configurations, on tables as on functions; above it such intervals held
// the truth seldom.
const unconfirmedNoted = 2

// confirmed returns what predictions of rows out of the bag lose where they know nothing of a
// parameter, as a share of the variance, for each parameter: its total index if only rows are
// asked that the trees have not seen (Williamson, Gilbert, Carone and Simon, "Nonparametric variable
// importance assessment using machine learning techniques", Biometrics 77, 2021). Trees take the
// noise of their own rows for interactions; this does not. It is nil where no
// row out of the bag is known.
func confirmed(f *forest.Forest, r rows, variance float64) []float64 {
	d := len(f.Columns)
	n := make([]float64, len(r.y))
	without := make([][]float64, d)
	for j := range without {
		without[j] = make([]float64, len(r.y))
	}
	for k, rows := range r.unseen.rows {
		tree := forest.Forest{Columns: f.Columns, Trees: f.Trees[k : k+1]}
		x := make([]float64, 0, d*len(rows))
		for _, i := range rows {
			x = append(x, r.x[int(i)*d:(int(i)+1)*d]...)
			n[i]++
		}
		blind, predicted := make([]float64, len(x)), make([]float64, len(rows))
		for j := range d {
			copy(blind, x)
			for q := range rows {
				blind[q*d+j] = math.NaN() // a tree averages over what is missing
			}
			for q, p := range tree.Predict(predicted, blind) {
				without[j][rows[q]] += p
			}
		}
	}
	known := 0.0
	loss := make([]float64, d)
	for i, y := range r.y {
		if n[i] == 0 {
			continue
		}
		known++
		e := y - f.OutOfBag.Prediction[i]
		for j := range loss {
			blind := y - without[j][i]/n[i]
			loss[j] += blind*blind - e*e
		}
	}
	if known == 0 {
		return nil
	}
	for j := range loss {
		loss[j] = max(loss[j], 0) / known / variance
	}
	return loss
}

// warnUnconfirmed warns where the total indices of a budget lie further from those that unseen
// configurations confirm than replicates spread.
func (z *analyzer) warnUnconfirmed(b *Budget, s *shares, confirmed []float64) {
	if s.noisy == nil || s.se == nil {
		return
	}
	distance, reach := 0.0, 0.0
	excess := make([]float64, len(confirmed))
	for j, c := range confirmed {
		excess[j] = b.Importance[j].Sobol.Mean - c
		distance += excess[j]
		reach += s.z * s.se[s.sobolAt()+j]
	}
	if !(distance > unconfirmedNoted*reach) { // NaN where there are no total indices
		return
	}
	most := slices.Index(excess, slices.Max(excess))
	z.warn("unconfirmed", "At %s: total indices are larger than unseen configurations confirm, most of all that of %s: %s, of which they confirm %s. The forest leaves %s of the variance unexplained (out-of-bag R² %s); that is noise of the results, which trees take for interactions, or interactions that they cannot see. Intervals reach from one to the other; means of several results per configuration would tell.",
		z.at(b.Budget), z.a.Params[most].Name, percent(b.Importance[most].Sobol), share(confirmed[most]), share(1-b.OOB.R2), rho(b.OOB.R2))
}
