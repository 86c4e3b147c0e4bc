package forest

import (
	"math"
	"strconv"
	"sync"

	"github.com/nasalyze/nasalyze/internal/radix"
)

// levelRange words the values that a categorical column with k levels may have.
func levelRange(k int) string {
	return "an integer level 0 to " + strconv.Itoa(k-1) + ", or NaN for a missing value"
}

// index finds out what kind of column each one is and sorts or codes it.
func (t *table) index(workers int) {
	d := t.d
	t.kind = make([]columnKind, d)
	t.slot = make([]int32, d)
	order := make([][]uint32, d)
	values := make([][]float64, d)
	books := make([]*codebook, d)

	var wg sync.WaitGroup
	workers = min(workers, d)
	for k := range workers {
		wg.Go(func() {
			var s radix.Sorter
			for j := k; j < d; j += workers {
				if books[j] = t.codebook(j); books[j] != nil {
					t.kind[j] = countedColumn
				} else {
					t.kind[j], order[j], values[j] = t.indexColumn(j, &s)
				}
			}
		})
	}
	wg.Wait()

	for j, kind := range t.kind {
		switch kind {
		case sortedColumn:
			t.slot[j] = int32(len(t.sorted))
			t.sorted = append(t.sorted, int32(j))
			t.order = append(t.order, order[j])
			t.values = append(t.values, values[j])
		case countedColumn, categoricalColumn:
			t.slot[j] = int32(len(t.coded))
			t.coded = append(t.coded, int32(j))
			width, levels := t.cols[j].Levels, []float64(nil)
			if kind == countedColumn {
				levels = books[j].values
				width = len(levels)
			}
			t.levels = append(t.levels, levels)
			t.width = append(t.width, width)
		}
	}
	t.code(books)
	t.listMissing()
}

// indexColumn sorts column j. The order is nil for coded and constant columns,
// the values are nil unless some are missing.
func (t *table) indexColumn(j int, s *radix.Sorter) (kind columnKind, order []uint32, values []float64) {
	if k := t.cols[j].Levels; k > 0 {
		first := math.NaN()
		missing := false
		for i := 0; i < t.n; i++ {
			v := t.x[i*t.d+j]
			switch {
			case v != v:
				missing = true
			case first != first:
				first = v
			case v != first:
				return categoricalColumn, nil, nil
			}
		}
		if missing && first == first && k > 1 {
			return categoricalColumn, nil, nil
		}
		return constantColumn, nil, nil
	}

	keys := s.Keys[:0]
	for i := 0; i < t.n; i++ {
		if v := t.x[i*t.d+j]; v == v {
			keys = append(keys, radix.Key{Bits: radix.Bits(v), Row: uint32(i)})
		}
	}
	s.Keys = keys
	keys = s.Sort()
	distinct := 0
	for i, k := range keys {
		if i == 0 || k.Bits != keys[i-1].Bits {
			distinct++
		}
	}
	missing := len(keys) < t.n
	if distinct == 0 || distinct == 1 && !missing {
		return constantColumn, nil, nil
	}
	order = make([]uint32, len(keys))
	if missing {
		values = make([]float64, len(keys))
	}
	for i, k := range keys {
		order[i] = k.Row
		if i > 0 && k.Bits != keys[i-1].Bits {
			order[i] |= newValue
		}
		if missing {
			values[i] = radix.Value(k.Bits)
		}
	}
	return sortedColumn, order, values
}

// listMissing lists the entries that the trees draw, row by row.
func (t *table) listMissing() {
	t.colMissing = make([][]uint32, len(t.sorted))
	for i := 0; i < t.n; i++ {
		for j, v := range t.x[i*t.d : (i+1)*t.d] {
			if v == v || t.kind[j] == constantColumn {
				continue
			}
			if t.missStart == nil {
				t.missStart = make([]uint32, t.n+1)
			}
			k := uint32(len(t.missRow))
			t.missRow = append(t.missRow, uint32(i))
			t.missCol = append(t.missCol, int32(j))
			if t.kind[j] == sortedColumn {
				t.colMissing[t.slot[j]] = append(t.colMissing[t.slot[j]], k)
			} else {
				t.codedGaps = true
			}
		}
		if t.missStart != nil {
			t.missStart[i+1] = uint32(len(t.missRow))
		}
	}
}

// number gives the groups dense numbers and lists those that have some weight.
func (t *table) number(groups []int) {
	t.groups = t.n
	if groups != nil {
		t.group = make([]int32, t.n)
		seen := make(map[int]int32, t.n)
		for i, g := range groups {
			k, ok := seen[g]
			if !ok {
				k = int32(len(seen))
				seen[g] = k
			}
			t.group[i] = k
		}
		t.groups = len(seen)
	}
	has := make([]bool, t.groups)
	for i := range t.n {
		if t.w == nil || t.w[i] > 0 {
			has[t.groupOf(i)] = true
		}
	}
	for g, ok := range has {
		if ok {
			t.drawable = append(t.drawable, int32(g))
		}
	}
}

func (t *table) groupOf(row int) int {
	if t.group == nil {
		return row
	}
	return int(t.group[row])
}
