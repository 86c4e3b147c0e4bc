package forest

import (
	"math"
)

const (
	// maxCodes is the largest number of different values of a numeric column
	// that is counted instead of kept sorted.
	maxCodes = 256
	// maxLevels is the largest number of levels of a categorical column.
	maxLevels = 1 << 16
	// maxRows leaves the top bit of a row index free for a flag.
	maxRows = 1<<31 - 1
	// MaxMagnitude bounds responses and weights such that their squares and
	// sums stay finite.
	MaxMagnitude = 1e100

	newValue = 1 << 31 // flag in table.order: the value differs from the one before
	rowMask  = newValue - 1
)

type columnKind uint8

const (
	constantColumn    columnKind = iota // one value, or none at all: never split on
	sortedColumn                        // numeric, kept in order while the tree grows
	countedColumn                       // numeric with few values, counted in each node
	categoricalColumn                   // counted in each node, then ordered by mean
)

// table is the checked and indexed input, shared by all trees.
type table struct {
	n, d int
	x    []float64 // n x d, row-major
	y    []float64
	w    []float64 // nil for ones
	cols []Column

	kind []columnKind
	// slot is the position of a column among the sorted or among the coded columns.
	slot   []int32
	sorted []int32 // the columns of kind sortedColumn
	coded  []int32 // the columns of kind countedColumn and categoricalColumn

	// order has for each sorted column the rows with a value, ascending, with
	// newValue set where a different value begins.
	order [][]uint32
	// values has for each sorted column with missing entries its values in the
	// same order, nil for the others.
	values [][]float64

	codes  codes
	places []place // of the codes of each coded column
	// levels has for each coded column its different values, nil for categoricals.
	levels [][]float64
	width  []int // number of codes of each coded column

	// Entries that trees fill with draws, row by row. Columns that are never
	// split on are left out.
	missRow    []uint32
	missCol    []int32
	missStart  []uint32   // of row i are missStart[i]:missStart[i+1]; nil if nothing is missing
	colMissing [][]uint32 // for each sorted column the indices into missRow
	codedGaps  bool       // a coded column has missing entries

	group  []int32 // dense group of each row, nil if each row is its own
	groups int
	// drawable are the groups with some weight.
	drawable []int32
}

func newTable(x, y, weights []float64, cols []Column, opt Options) (*table, error) {
	t := &table{n: len(y), d: len(cols), x: x, y: y, w: weights, cols: cols}
	if err := t.check(opt.Groups); err != nil {
		return nil, err
	}
	t.index(opt.Workers)
	t.number(opt.Groups)
	return t, nil
}

func (t *table) check(groups []int) error {
	n, d := t.n, t.d
	switch {
	case n < 1:
		return tableErrorf("no rows, expected at least 1")
	case n > maxRows:
		return tableErrorf("%d rows, expected at most %d", n, maxRows)
	case d < 1:
		return tableErrorf("no columns, expected at least 1")
	case len(t.x) != n*d:
		return tableErrorf("x has %d entries, expected %d (%d rows x %d columns)", len(t.x), n*d, n, d)
	case t.w != nil && len(t.w) != n:
		return tableErrorf("%d weights, expected %d, one per row", len(t.w), n)
	case groups != nil && len(groups) != n:
		return tableErrorf("%d groups, expected %d, one per row", len(groups), n)
	}
	for j, c := range t.cols {
		switch {
		case c.Levels < 0 || c.Levels > maxLevels:
			return tableErrorf("column %d has %d levels, expected 0 (numeric) to %d", j, c.Levels, maxLevels)
		case c.Levels == 0 && !(c.Lower <= c.Upper && c.Upper-c.Lower <= math.MaxFloat64):
			return tableErrorf("column %d has bounds [%v, %v], expected finite ascending ones", j, c.Lower, c.Upper)
		}
	}
	for i, v := range t.y {
		if !(math.Abs(v) <= MaxMagnitude) {
			return &ValueError{What: "y", Row: i, Col: -1, Value: v, Expected: "a finite number of magnitude at most 1e100"}
		}
	}
	if t.w != nil {
		some := false
		for i, v := range t.w {
			if !(v >= 0 && v <= MaxMagnitude) {
				return &ValueError{What: "weights", Row: i, Col: -1, Value: v, Expected: "0 to 1e100"}
			}
			some = some || v > 0
		}
		if !some {
			return tableErrorf("all %d weights are zero, expected a positive one", n)
		}
	}
	for i := 0; i < n; i++ {
		if err := checkRow(t.x[i*d:(i+1)*d], t.cols, i); err != nil {
			return err
		}
	}
	return nil
}

// checkRow reports the first entry of a row that is neither missing nor in the
// domain's type.
func checkRow(row []float64, cols []Column, i int) error {
	for j, v := range row {
		if v != v {
			continue
		}
		if k := cols[j].Levels; k > 0 {
			if !(v >= 0 && v < float64(k)) || v != math.Trunc(v) {
				return &ValueError{What: "x", Row: i, Col: j, Value: v, Expected: levelRange(k)}
			}
		} else if math.IsInf(v, 0) {
			return &ValueError{What: "x", Row: i, Col: j, Value: v, Expected: "a finite number, or NaN for a missing value"}
		}
	}
	return nil
}
