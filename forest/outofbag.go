package forest

import (
	"cmp"
	"math"
	"slices"
)

// prediction of one row by one tree.
type prediction struct {
	row   uint32
	value float64
}

// predictOutOfBag predicts the rows that are not in the bag of the tree just grown,
// with the missing entries that this tree drew.
func (b *builder) predictOutOfBag() {
	t := b.t
	b.oob = b.oob[:0]
	for i := range t.n {
		if b.label[i] != outOfBag {
			continue
		}
		row := t.x[i*t.d : (i+1)*t.d]
		if t.missStart != nil && t.missStart[i] < t.missStart[i+1] {
			copy(b.rowBuf, row)
			row = b.rowBuf
			for k := t.missStart[i]; k < t.missStart[i+1]; k++ {
				row[t.missCol[k]] = b.draws[k]
			}
		}
		b.oob = append(b.oob, prediction{uint32(i), b.nodes[b.leaf(row)].value})
	}
}

// sums adds up out-of-bag predictions.
type sums struct {
	sum []float64
	n   []int32
}

func newSums(n int) *sums {
	return &sums{make([]float64, n), make([]int32, n)}
}

func (s *sums) add(ps []prediction) {
	for _, p := range ps {
		s.sum[p.row] += p.value
		s.n[p.row]++
	}
}

// leaf is Tree.Leaf for the tree just grown.
func (b *builder) leaf(x []float64) int {
	i := 0
	for {
		v := &b.nodes[i]
		if v.feature < 0 {
			return i
		}
		next := v.right
		if v.subset < 0 {
			if x[v.feature] <= v.threshold {
				next = int32(i) + 1
			}
		} else {
			l := uint(x[v.feature])
			if b.bits[uint(v.subset)+l>>6]>>(l&63)&1 != 0 {
				next = int32(i) + 1
			}
		}
		i = int(next)
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
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(v[i], v[j]) })
	r := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			r[k] = float64(i+1+j) / 2
		}
		i = j
	}
	return r
}
