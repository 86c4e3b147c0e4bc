package forest

import (
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/internal/radix"
)

// predict gives the mean of a leaf to the unseen rows in it.
func (b *builder) predict(k *task) {
	for i := k.first; i < k.end; i++ {
		b.predicted[i] = k.mean
	}
}

// moveUnseen moves the unseen rows of a node to its children, by the threshold or
// the set of codes that go left, and returns where those of the right child begin.
// Doing so while the tree grows reads memory in order, where one row after the
// other going down the finished tree would jump.
func (b *builder) moveUnseen(k *task, at int32) int {
	t, j := b.t, b.best.column
	rows := b.unseen[k.first:k.end]
	l, r := 0, 0
	if t.kind[j] == sortedColumn {
		threshold := b.tree.Threshold[at]
		for _, row := range rows {
			v := t.x[int(row)*t.d+int(j)]
			if v != v {
				v = b.value(row, j)
			}
			right := 0
			if v > threshold {
				right = 1
			}
			rows[l], b.spareRow[r] = row, row
			l += right ^ 1
			r += right
		}
	} else if p := b.tally.columns[j].place; p.group >= 0 {
		set, words := b.best.left[0], b.codes.words[p.group]
		for _, row := range rows {
			left := int(set >> p.of(words[row]) & 1)
			rows[l], b.spareRow[r] = row, row
			l += left
			r += left ^ 1
		}
	} else {
		set := b.best.left
		for _, row := range rows {
			c := b.codes.at(&p, row)
			left := int(set[c>>6] >> (c & 63) & 1)
			rows[l], b.spareRow[r] = row, row
			l += left
			r += left ^ 1
		}
	}
	for i, row := range b.spareRow[:r] {
		rows[l+i] = row
	}
	return k.first + l
}

// goesRight tells of a row where a split through a column sends it.
func (b *builder) goesRight(row uint32, at, j int32) bool {
	if b.t.kind[j] == sortedColumn {
		return b.value(row, j) > b.tree.Threshold[at]
	}
	c := b.code(row, j)
	return b.best.left[c>>6]>>(c&63)&1 == 0
}

// sums adds up out-of-bag predictions.
type sums struct {
	sum []float64
	n   []int32
}

func newSums(n int) *sums {
	return &sums{make([]float64, n), make([]int32, n)}
}

func (s *sums) add(rows []uint32, predicted []float64) {
	for i, r := range rows {
		s.sum[r] += predicted[i]
		s.n[r]++
	}
}

// quality turns the sums into means and compares them with the responses.
func (s *sums) quality(y, weights []float64) OutOfBag {
	q := OutOfBag{Prediction: s.sum, R2: math.NaN(), Spearman: math.NaN()}
	var ys, ps, ws []float64
	for i, n := range s.n {
		if n == 0 {
			q.Prediction[i] = math.NaN()
			continue
		}
		q.Prediction[i] /= float64(n)
		q.N++
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		if w > 0 {
			ys, ps, ws = append(ys, y[i]), append(ps, q.Prediction[i]), append(ws, w)
		}
	}
	if len(ys) < 2 {
		return q
	}
	q.R2 = determination(ys, ps, ws)
	q.Spearman = spearman(ys, ps)
	return q
}

// determination returns 1 - SSE/SST, NaN where the responses are all equal.
func determination(ys, ps, ws []float64) float64 {
	if slices.Min(ys) == slices.Max(ys) {
		return math.NaN()
	}
	weight, mean := 0.0, 0.0
	for i, y := range ys {
		weight += ws[i]
		mean += ws[i] / weight * (y - mean)
	}
	sse, sst := 0.0, 0.0
	for i, y := range ys {
		w := ws[i] / weight
		sse += w * (y - ps[i]) * (y - ps[i])
		sst += w * (y - mean) * (y - mean)
	}
	return 1 - sse/sst
}

// spearman returns the rank correlation with average ranks for ties, NaN where
// either side has no variance.
func spearman(a, b []float64) float64 {
	ra, rb := ranks(a), ranks(b)
	centre := float64(len(a)+1) / 2
	var ab, aa, bb float64
	for i := range ra {
		p, q := ra[i]-centre, rb[i]-centre
		ab += p * q
		aa += p * p
		bb += q * q
	}
	if aa == 0 || bb == 0 {
		return math.NaN()
	}
	return ab / math.Sqrt(aa*bb)
}

// ranks returns the ranks 1 to n, equal values sharing the mean of theirs.
func ranks(v []float64) []float64 {
	s := radix.Sorter{Keys: make([]radix.Key, len(v))}
	for i, x := range v {
		s.Keys[i] = radix.Key{Bits: radix.Bits(x), Row: uint32(i)}
	}
	r := make([]float64, len(v))
	radix.Ranks(r, s.Sort())
	return r
}
