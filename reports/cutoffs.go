package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
)

// Cutoffs restrict the question to a range of results, bounds included: what matters
// among the results up to a value, or among the best tenth.
type Cutoffs struct {
	// Low and High bound the results; nil for none.
	Low, High *Cutoff
	// Best, if not 0, is a bound for the best share of the results at each budget, 0 to 1,
	// whatever their direction: 0.1 asks what matters among the best tenth.
	Best float64
	// Exclude leaves out the configurations beyond the bounds before anything is fitted:
	// what explains the differences among those within. Without it predictions are
	// clamped to the bounds before they are decomposed, as the cutoffs of
	// automl/fanova: what sets those within apart, from each other and from the rest.
	Exclude bool
}

// Cutoff is one bound.
type Cutoff struct {
	// Value in natural units, or where Quantile is set a share of the results at
	// each budget, from the smallest: 0.1 is the value that a tenth of them do not exceed.
	Value    float64
	Quantile bool
}

// String is the value, a quantile in percent; empty for no bound.
func (c *Cutoff) String() string {
	switch {
	case c == nil:
		return ""
	case c.Quantile:
		return strconv.FormatFloat(100*c.Value, 'g', -1, 64) + "%"
	}
	return strconv.FormatFloat(c.Value, 'g', -1, 64)
}

func (c *Cutoffs) any() bool { return c.Low != nil || c.High != nil || c.Best > 0 }

func (c *Cutoffs) check() error {
	for _, b := range []*Cutoff{c.Low, c.High} {
		if b != nil && (math.IsNaN(b.Value) || b.Quantile && !(b.Value > 0 && b.Value < 1)) {
			return fmt.Errorf("reports: cutoff is %v, expected a number, or a quantile between 0 and 1", b.Value)
		}
	}
	if !(c.Best >= 0 && c.Best < 1) {
		return fmt.Errorf("reports: the best share is %v, expected a number between 0 and 1", c.Best)
	}
	if c.Low != nil && c.High != nil && c.Low.Quantile == c.High.Quantile && !(c.Low.Value < c.High.Value) {
		return fmt.Errorf("reports: cutoffs are %s and %s, expected the lower to be below the higher", c.Low, c.High)
	}
	return nil
}

// cutoffs returns the bounds on the losses of a table. If results beyond them are to be
// excluded they are taken out of it, and no bound is left.
func (z *analyzer) cutoffs(t *nasalyze.Table) (*fanova.Cutoffs, error) {
	c := z.opt.Cutoffs
	if !c.any() || t.N == 0 {
		return nil, nil
	}
	results := make([]float64, t.N)
	for i, y := range t.Y {
		results[i] = z.sign * y
	}
	low, err := c.Low.value(results, math.Inf(-1))
	if err != nil {
		return nil, err
	}
	high, err := c.High.value(results, math.Inf(1))
	if err != nil {
		return nil, err
	}
	if z.sign < 0 {
		low, high = -high, -low
	}
	if c.Best > 0 {
		best, err := fanova.QuantileCutoffs(t.Y, 0, c.Best)
		if err != nil {
			return nil, err
		}
		high = min(high, best.Upper)
	}
	if !(low < high) {
		return nil, fmt.Errorf("reports: at %s the cutoffs leave no range of results between them", z.label(t.Budget))
	}
	cut := &fanova.Cutoffs{Lower: low, Upper: high}
	if !c.Exclude {
		return cut, nil
	}
	if rows := cut.Rows(t.Y); len(rows) < t.N {
		z.warn("cutoffs", "At %s: %d of %d configurations lie beyond the cutoffs and were left out.", z.at(t.Budget), t.N-len(rows), t.N)
		keepRows(t, rows)
	}
	return nil, nil
}

// value is a bound in natural units.
func (c *Cutoff) value(results []float64, none float64) (float64, error) {
	switch {
	case c == nil:
		return none, nil
	case !c.Quantile:
		return c.Value, nil
	}
	cut, err := fanova.QuantileCutoffs(results, 0, c.Value)
	return cut.Upper, err
}

// keepRows leaves only some rows of a table, given in ascending order.
func keepRows(t *nasalyze.Table, rows []int) {
	x := t.X[:0]
	for to, from := range rows {
		x = append(x, t.Row(from)...)
		t.Y[to], t.Configs[to], t.Trials[to] = t.Y[from], t.Configs[from], t.Trials[from]
	}
	n := len(rows)
	t.X, t.Y, t.Configs, t.Trials, t.N = slices.Clip(x), t.Y[:n:n], t.Configs[:n:n], t.Trials[:n:n], n
}

// decomposition returns the options of every decomposition of budget b.
func (z *analyzer) decomposition(b int) fanova.Options {
	return fanova.Options{Workers: z.opt.Workers, Cutoffs: z.cuts[b]}
}
