package importance

import (
	"errors"
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// Table is n rows of len(Columns) columns with a response each.
type Table struct {
	// X holds the rows one after the other, NaN for missing entries.
	X []float64
	// Y holds the n responses, losses: the smaller the better.
	Y []float64
	// Weights of the rows, nil for equal ones.
	Weights []float64
	Columns []forest.Column
}

// Score is the importance of one column. The embedded Stat has its mean and its
// spread over what the method averages: trees or repeats.
type Score struct {
	Column int
	fanova.Stat
	// Each holds the values behind the Stat, NaN where there is none.
	Each []float64
}

// scores makes a score of each row of values: by column, then by tree or repeat.
func scores(values [][]float64) []Score {
	s := make([]Score, len(values))
	for c, v := range values {
		s[c] = Score{Column: c, Stat: fanova.NewStat(v), Each: v}
	}
	return s
}

// matrix returns rows x columns numbers, all equal to v.
func matrix(rows, columns int, v float64) [][]float64 {
	all := make([]float64, rows*columns)
	for i := range all {
		all[i] = v
	}
	m := make([][]float64, rows)
	for i := range m {
		m[i] = all[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return m
}

func (t *Table) row(i int) []float64 {
	d := len(t.Columns)
	return t.X[i*d : (i+1)*d]
}

// check reports what is wrong with a table.
func (t *Table) check() error {
	n, d := len(t.Y), len(t.Columns)
	switch {
	case n == 0:
		return errors.New("importance: no rows, want at least 1")
	case d == 0:
		return errors.New("importance: no columns, want at least 1")
	case len(t.X) != n*d:
		return fmt.Errorf("importance: x has %d entries, want %d (%d rows x %d columns)", len(t.X), n*d, n, d)
	case t.Weights != nil && len(t.Weights) != n:
		return fmt.Errorf("importance: %d weights, want %d, one per row", len(t.Weights), n)
	}
	some := t.Weights == nil
	for i, w := range t.Weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return fmt.Errorf("importance: weight of row %d is %v, want a finite number from 0", i, w)
		}
		some = some || w > 0
	}
	if !some {
		return fmt.Errorf("importance: all %d weights are zero, want a positive one", n)
	}
	if err := checkResponses("y", t.Y); err != nil {
		return err
	}
	for i := range n {
		if err := checkRow(t.row(i), t.Columns); err != nil {
			return fmt.Errorf("importance: row %d%w", i, err)
		}
	}
	return nil
}

func checkResponses(name string, y []float64) error {
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("importance: %s of row %d is %v, want a finite number", name, i, v)
		}
	}
	return nil
}

// checkRow reports the first entry of a row that its column cannot have; the error
// continues a sentence that names the row.
func checkRow(x []float64, columns []forest.Column) error {
	if len(x) != len(columns) {
		return fmt.Errorf(" has %d entries, want %d, one per column", len(x), len(columns))
	}
	for c, v := range x {
		k := columns[c].Levels
		switch {
		case math.IsNaN(v):
		case k > 0 && (v != math.Trunc(v) || v < 0 || v >= float64(k)):
			return fmt.Errorf(", column %d is %v, want a level 0 to %d or NaN", c, v, k-1)
		case math.IsInf(v, 0):
			return fmt.Errorf(", column %d is %v, want a finite number or NaN", c, v)
		}
	}
	return nil
}

// checkForest reports what would keep a forest from predicting.
func checkForest(f *forest.Forest) error {
	switch {
	case len(f.Trees) == 0:
		return errors.New("importance: the forest has no trees")
	case len(f.Columns) == 0:
		return errors.New("importance: the forest has no columns")
	}
	for c, col := range f.Columns {
		if lower, upper := col.Bounds(); col.Levels == 0 && (!(lower <= upper) || math.IsInf(upper-lower, 0)) {
			return fmt.Errorf("importance: column %d has bounds %v and %v, want finite and ordered ones", c, lower, upper)
		}
	}
	return nil
}

// alone returns the forest that consists of tree k.
func alone(f *forest.Forest, k int) *forest.Forest {
	return &forest.Forest{Columns: f.Columns, Trees: f.Trees[k : k+1]}
}

// spread returns the weighted mean and population variance; weights may be nil.
func spread(v, weights []float64) (mean, variance float64) {
	total := 0.0
	for i, x := range v {
		w := weight(weights, i)
		if w == 0 {
			continue
		}
		total += w
		delta := x - mean
		mean += w / total * delta
		variance += w * delta * (x - mean)
	}
	return mean, variance / total
}

func weight(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}
