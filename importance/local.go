package importance

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/internal/pieces"
)

// LocalOptions of [Local]. The zero value varies every column over its whole domain.
type LocalOptions struct {
	// Points are the values to vary each column over, with equal weights; a nil entry,
	// or nil for all, means the uniform distribution over the domain. A
	// column with an empty non-nil entry is not varied.
	Points [][]float64
	// Workers is the number of goroutines, 0 for GOMAXPROCS. The results do not
	// depend on it.
	Workers int
}

// Local computes the local importance of each column around one row, such as the
// incumbent (Biedenkapp, Marben, Lindauer and Hutter, "CAVE: configuration assessment,
// visualization and evaluation", LION 2018). Column c is varied with all
// others fixed at the row; its importance in a tree is
//
//	Var_c / sum over all columns b of Var_b,
//
// where Var_c is the variance of the tree's prediction along the line. The score has
// mean and standard deviation over the trees; trees without variance along every line are
// NaN and left out.
//
// Along a line a tree is a step function, so that the variance under the uniform
// distribution is exact: the time per tree is O(k depth) for the k splits that
// the lines meet.
//
// A missing entry of the row is not varied and scores 0: an inactive parameter has no
// influence. Where another column would make it active, predictions average over it as
// [forest.Forest.Predict] does.
//
// Differences from DeepCAVE, which evaluates at 500 equally spaced points of a float and
// at random or all other values of discrete columns, and prints the variance
// over the trees in place of the standard deviation: with its points in LocalOptions.Points the
// shares of each tree are the same.
func Local(ctx context.Context, f *forest.Forest, at []float64, opt LocalOptions) ([]Score, error) {
	if err := checkForest(f); err != nil {
		return nil, err
	}
	if err := checkRow(at, f.Columns); err != nil {
		return nil, fmt.Errorf("importance: the row%w", err)
	}
	d := len(f.Columns)
	if opt.Points != nil && len(opt.Points) != d {
		return nil, fmt.Errorf("importance: points of %d columns, want %d", len(opt.Points), d)
	}
	for c, points := range opt.Points {
		if err := checkPoints(f.Columns[c], c, points); err != nil {
			return nil, err
		}
	}
	shares := matrix(d, len(f.Trees), 0)
	err := pieces.Do(ctx, len(f.Trees), opt.Workers, nil, func(_, k int) error {
		variances := opt.variances(f, k, at)
		sum := 0.0
		for _, v := range variances {
			sum += v
		}
		for c, v := range variances {
			shares[c][k] = math.NaN()
			if sum > 0 {
				shares[c][k] = v / sum
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return scores(shares), nil
}

func checkPoints(col forest.Column, c int, points []float64) error {
	for _, v := range points {
		if math.IsNaN(v) {
			return fmt.Errorf("importance: a point of column %d is NaN", c)
		}
		if err := checkRow([]float64{v}, []forest.Column{col}); err != nil {
			return fmt.Errorf("importance: a point of column %d is %v, which is none of its values", c, v)
		}
	}
	return nil
}

// variances returns the variance of tree k along the line through a row in each column.
func (o *LocalOptions) variances(f *forest.Forest, k int, at []float64) []float64 {
	d := len(at)
	variances := make([]float64, d)
	var rows, weights []float64 // of all lines, to be predicted at once
	first := make([]int, d+1)
	for c := range d {
		var x, w []float64
		switch {
		case math.IsNaN(at[c]):
		case o.Points != nil && o.Points[c] != nil:
			x = o.Points[c]
		default:
			x, w = line(f, k, at, c)
		}
		for i, v := range x {
			rows = append(rows, at...)
			rows[len(rows)-d+c] = v
			weights = append(weights, weight(w, i))
		}
		first[c+1] = len(weights)
	}
	if len(weights) == 0 {
		return variances
	}
	p := alone(f, k).Predict(nil, rows)
	for c := range d {
		lo, hi := first[c], first[c+1]
		// One value, or equal ones, have no variance, not even by rounding.
		if hi-lo > 1 && slices.Min(p[lo:hi]) < slices.Max(p[lo:hi]) {
			_, variances[c] = spread(p[lo:hi], weights[lo:hi])
		}
	}
	return variances
}

// line returns a point in each cell that tree k divides column c into along the line
// through a row, and the lengths of the cells.
func line(f *forest.Forest, k int, at []float64, c int) (points, lengths []float64) {
	if levels := f.Columns[c].Levels; levels > 0 {
		for l := range levels {
			points = append(points, float64(l))
		}
		return points, nil
	}
	lower, upper := f.Columns[c].Bounds()
	borders := []float64{lower, upper}
	t := &f.Trees[k]
	// A split on the column beyond one that has decided the side adds a border
	// that separates nothing, which does no harm.
	var descend func(i int)
	descend = func(i int) {
		for t.Feature[i] >= 0 {
			s := int(t.Feature[i])
			switch v := at[s]; {
			case s == c:
				if b := t.Threshold[i]; b > lower && b < upper {
					borders = append(borders, b)
				}
				descend(t.Left(i))
				i = int(t.Right[i])
			case math.IsNaN(v):
				descend(t.Left(i))
				i = int(t.Right[i])
			case t.GoesLeft(i, v):
				i = t.Left(i)
			default:
				i = int(t.Right[i])
			}
		}
	}
	descend(0)
	slices.Sort(borders)
	for i, b := range borders[1:] {
		if a := borders[i]; a < b {
			// b itself belongs to the cell below it.
			points, lengths = append(points, b), append(lengths, b-a)
		}
	}
	return points, lengths
}

// Along returns the prediction of a forest along the line through a row in one column,
// for drawing what [Local] sums up: mean and population standard deviation over the
// trees at each value in grid.
func Along(f *forest.Forest, at []float64, col int, grid []float64) (mean, std []float64, err error) {
	if err := checkForest(f); err != nil {
		return nil, nil, err
	}
	if err := checkRow(at, f.Columns); err != nil {
		return nil, nil, fmt.Errorf("importance: the row%w", err)
	}
	if col < 0 || col >= len(at) {
		return nil, nil, fmt.Errorf("importance: column %d, want one of 0..%d", col, len(at)-1)
	}
	if err := checkPoints(f.Columns[col], col, grid); err != nil {
		return nil, nil, err
	}
	rows := make([]float64, 0, len(at)*len(grid))
	for _, v := range grid {
		rows = append(rows, at...)
		rows[len(rows)-len(at)+col] = v
	}
	mean, std = make([]float64, len(grid)), make([]float64, len(grid))
	p := byTree(f, rows)
	for i := range grid {
		m, v := spread(p[i], nil)
		mean[i], std[i] = m, math.Sqrt(v)
	}
	return mean, std, nil
}

// byTree returns the predictions of each row by each tree.
func byTree(f *forest.Forest, rows []float64) [][]float64 {
	p := matrix(len(rows)/len(f.Columns), len(f.Trees), 0)
	var one []float64
	for k := range f.Trees {
		one = alone(f, k).Predict(one, rows)
		for i, v := range one {
			p[i][k] = v
		}
	}
	return p
}
