package forest

import (
	"fmt"
	"runtime"
	"sync"
)

// Predict returns the mean over the trees for each row of x, which is row-major
// with one value per column. The result is stored in dst, which is allocated if
// nil and must otherwise have one entry per row.
//
// A missing entry (NaN) is averaged over: where a tree splits on it, both
// children are predicted and weighted by their share of the training weight.
//
// Predict panics if the lengths do not match or a categorical value is not a
// level of its column.
func (f *Forest) Predict(dst, x []float64) []float64 {
	n := f.rows(x)
	dst = sized(dst, n)
	f.forRows(x, n, func(lo, hi int) {
		f.accumulate(x, lo, hi, dst, nil, nil)
	})
	return dst
}

// PredictVar returns mean and variance of the response for each row of x. By
// the law of total variance the latter is the mean of the variances within the
// leaves plus the variance of the leaf means over the trees (Hutter, Xu, Hoos
// and Leyton-Brown, "Algorithm runtime prediction", Artificial Intelligence 206,
// 2014, section 4.3.2). For everything else see [Forest.Predict].
func (f *Forest) PredictVar(mean, variance, x []float64) ([]float64, []float64) {
	n := f.rows(x)
	mean, variance = sized(mean, n), sized(variance, n)
	f.forRows(x, n, func(lo, hi int) {
		f.accumulate(x, lo, hi, mean, variance, make([]float64, hi-lo))
	})
	return mean, variance
}

func (f *Forest) rows(x []float64) int {
	d := len(f.Columns)
	if d == 0 || len(x)%d != 0 {
		panic(fmt.Sprintf("forest: x has %d entries, expected a multiple of %d columns", len(x), d))
	}
	return len(x) / d
}

func sized(dst []float64, n int) []float64 {
	if dst == nil {
		return make([]float64, n)
	}
	if len(dst) != n {
		panic(fmt.Sprintf("forest: destination has %d entries, expected %d, one per row", len(dst), n))
	}
	return dst
}

// blockRows is how many rows one tree predicts before the next one does: enough
// to use the tree while it is in the cache, few enough that all cores get some.
const blockRows = 512

// forRows calls f for blocks of rows, at the same time where there is enough to do.
func (f *Forest) forRows(x []float64, n int, block func(lo, hi int)) {
	for i := range n {
		d := len(f.Columns)
		if err := checkRow(x[i*d:(i+1)*d], f.Columns, i); err != nil {
			panic(err.Error())
		}
	}
	blocks := (n + blockRows - 1) / blockRows
	workers := min(blocks, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for lo := 0; lo < n; lo += blockRows {
			block(lo, min(lo+blockRows, n))
		}
		return
	}
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for i := k; i < blocks; i += workers {
				block(i*blockRows, min((i+1)*blockRows, n))
			}
		})
	}
	wg.Wait()
}

// accumulate predicts the rows lo to hi, tree by tree. The variance is wanted if
// not nil; it needs a scratch space within of one entry per row of the block.
func (f *Forest) accumulate(x []float64, lo, hi int, mean, variance, within []float64) {
	d := len(f.Columns)
	mean = mean[lo:hi]
	clear(mean)
	if variance != nil {
		variance = variance[lo:hi]
		clear(variance)
	}
	for t := range f.Trees {
		tree := &f.Trees[t]
		for i := range mean {
			leaf := tree.predict(0, x[(lo+i)*d:(lo+i+1)*d])
			// Running mean and sum of squared deviations (Welford).
			delta := leaf.mean - mean[i]
			mean[i] += delta / float64(t+1)
			if variance != nil {
				variance[i] += delta * (leaf.mean - mean[i])
				within[i] += leaf.variance
			}
		}
	}
	if variance != nil {
		n := float64(len(f.Trees))
		for i := range variance {
			variance[i] = (variance[i] + within[i]) / n
		}
	}
}

// mixture holds mean and variance of one leaf or of a weighted set of leaves.
type mixture struct{ mean, variance float64 }

// predict returns the leaf that a row falls into below node i or, where entries
// that matter are missing, the mixture of all leaves that it may fall into.
func (t *Tree) predict(i int, x []float64) mixture {
	for t.Feature[i] >= 0 {
		v := x[t.Feature[i]]
		if v != v {
			left, right := t.Left(i), int(t.Right[i])
			share := 0.5 // weights that are nothing beside the largest one
			if t.Weight[i] > 0 {
				share = float64(t.Weight[left]) / float64(t.Weight[i])
			}
			return t.predict(left, x).mix(t.predict(right, x), share)
		}
		if t.GoesLeft(i, v) {
			i = t.Left(i)
		} else {
			i = int(t.Right[i])
		}
	}
	return mixture{t.Value[i], t.Variance[i]}
}

// mix weighs m with p and o with 1-p.
func (m mixture) mix(o mixture, p float64) mixture {
	d := m.mean - o.mean
	return mixture{
		mean:     p*m.mean + (1-p)*o.mean,
		variance: p*m.variance + (1-p)*o.variance + p*(1-p)*d*d,
	}
}
