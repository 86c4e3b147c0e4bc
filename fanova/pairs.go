package fanova

import (
	"context"

	"github.com/nasalyze/nasalyze/internal/pieces"
)

// Pairs returns the effects of all pairs of columns, in the order (0,1), (0,2),
// ..., (1,2), ... It stops with the error of the context when that is done.
//
// A pair costs O(k log k) for the k nodes that split on one of the two columns
// below a split on the other; over all pairs of a tree these are as many as the nodes
// times the distinct columns on their paths. A categorical column costs one such problem in
// one dimension per level.
func (d *Decomposition) Pairs(ctx context.Context) ([]Effect, error) {
	n := len(d.columns)
	effects := make([]Effect, 0, n*(n-1)/2)
	for a := range n {
		for b := a + 1; b < n; b++ {
			effects = append(effects, d.newEffect(a, b))
		}
	}
	// With few trees each one is divided into parts, so that all workers have
	// something to do.
	parts := 1
	if k, w := len(d.trees), pieces.Workers(d.opt.Workers, 1<<20); k < 4*w {
		parts = min((4*w+k-1)/k, n)
	}
	parts = max(parts, 1)
	solvers := make([]pairSolver, pieces.Workers(d.opt.Workers, len(d.trees)*parts))
	err := pieces.Do(ctx, len(d.trees)*parts, d.opt.Workers, d.opt.Progress, func(worker, piece int) error {
		k, part := piece/parts, piece%parts
		d.pairsOfTree(ctx, &solvers[worker], k, func(a, b int) bool { return (a+b)%parts == part }, effects)
		return nil
	})
	if err != nil {
		return nil, err
	}
	summarise(effects)
	return effects, nil
}

// pairIndex is the position of the pair a < b of n columns.
func pairIndex(a, b, n int) int { return a*(2*n-a-1)/2 + b - a - 1 }

// pairsOfTree stores the effects of those pairs in tree k that want accepts.
func (d *Decomposition) pairsOfTree(ctx context.Context, s *pairSolver, k int, want func(a, b int) bool, effects []Effect) {
	t, n := d.trees[k], len(d.columns)
	s.reset(t)
	limit := maxTerms
	if s.limit > 0 {
		limit = s.limit
	}
	var batch [][2]int
	terms := 0
	solve := func() {
		s.collect(batch)
		for _, p := range batch {
			if ctx.Err() != nil {
				return
			}
			a, b := p[0], p[1]
			ma, mb := d.mains[k][a].variance, d.mains[k][b].variance
			v := max(s.variance(a, b), 0)
			effects[pairIndex(a, b, n)].set(k, t.variance, v, ma+mb+v)
		}
		batch, terms = batch[:0], 0
	}
	for a := range n {
		for b := a + 1; b < n; b++ {
			if !want(a, b) {
				continue
			}
			more := int(s.count[a*n+b])
			if len(batch) > 0 && terms+more > limit {
				solve()
			}
			batch = append(batch, [2]int{a, b})
			terms += more
		}
	}
	solve()
}

// maxTerms bounds the number of terms held at once; a term takes 48 bytes.
const maxTerms = 1 << 20

// A term is what a node that splits on one column of a pair (a, b), below a split on the
// other, adds to the marginal of the pair: left or right, by the side of the
// split, times the indicator of the other column's range. A numeric column has
// its range of cells in lo and hi, and cut in between if it is the one that is
// split, else equal to lo; a categorical one has in lo the place of its set of levels
// and in cut that of those which go left.
type term struct {
	left, right float64
	splitA      bool
	a, b        span
}

type span struct{ lo, cut, hi int32 }

// pairSolver computes pair effects of one tree after the other, with buffers
// that it keeps.
type pairSolver struct {
	t     *tree
	count []int32 // of terms by pair, a*columns+b
	// The terms of pair i are those from start[i] to start[i+1], next[i] the
	// place for a new one.
	start, next []int
	terms       []term
	sets        []uint64 // of the terms

	rank     [2][]int32   // of each used border, by axis
	position [2][]float64 // of the used borders, by axis
	cells    []float64    // of the grid, by rows
	sum      []float64    // of a row or a column
	updates  []update
	sweep    sweep
	way      way // for tests, as is limit, in place of maxTerms
	limit    int
}

// way is how to solve pairs of numeric columns.
type way int

const (
	cheapest way = iota
	byGrid
	bySweep
)

// reset takes on a tree and counts its terms.
func (s *pairSolver) reset(t *tree) {
	if s.t == t {
		return
	}
	s.t = t
	columns := int32(len(t.domain))
	s.count = resize(s.count, int(columns*columns))
	w := newWalker(t)
	w.walk(func(n int32, _ float64) {
		c := t.column[n]
		for _, o := range w.active {
			if o != c {
				s.count[min(o, c)*columns+max(o, c)]++
			}
		}
	})
}

// collect gathers the terms of some pairs a < b, in order.
func (s *pairSolver) collect(pairs [][2]int) {
	t, columns := s.t, len(s.t.domain)
	s.start = resize(s.start, columns*columns+1)
	for _, p := range pairs {
		i := p[0]*columns + p[1]
		s.start[i+1] = int(s.count[i])
	}
	for i := range columns * columns {
		s.start[i+1] += s.start[i]
	}
	total := s.start[len(s.start)-1]
	if cap(s.terms) < total {
		s.terms = make([]term, total)
	}
	s.terms = s.terms[:total]
	s.sets = s.sets[:0]
	s.next = append(s.next[:0], s.start...)
	w := newWalker(t)
	w.walk(func(n int32, volume float64) {
		c := t.column[n]
		l, r := t.mean[n+1]-t.mean[n], t.mean[t.right[n]]-t.mean[n]
		split := span{-1, -1, -1}
		for _, o := range w.active {
			i := int(min(c, o))*columns + int(max(c, o))
			if c == o || s.start[i] == s.start[i+1] {
				continue
			}
			if split.lo < 0 {
				split = s.span(w, c, n)
			}
			weight := volume / (w.side[c] * w.side[o])
			x := &s.terms[s.next[i]]
			s.next[i]++
			*x = term{left: weight * l, right: weight * r, splitA: c < o, a: split, b: split}
			if c < o {
				x.b = s.span(w, o, -1)
			} else {
				x.a = s.span(w, o, -1)
			}
		}
	})
}

// span describes the current range of column c; n is the node if that splits
// on it, else -1.
func (s *pairSolver) span(w *walker, c, n int32) span {
	d := &s.t.domain[c]
	if d.levels == 0 {
		x := span{lo: w.lo[c], hi: w.hi[c], cut: w.lo[c]}
		if n >= 0 {
			x.cut = s.t.cut[n]
		}
		return x
	}
	x := span{lo: int32(len(s.sets)), cut: -1}
	s.sets = append(s.sets, w.set[c]...)
	if n >= 0 {
		x.cut = int32(len(s.sets))
		for i, set := range w.set[c] {
			s.sets = append(s.sets, set&s.t.sets[int(s.t.cut[n])+i])
		}
	}
	return x
}

// of returns the terms of the pair a < b.
func (s *pairSolver) of(a, b int) []term {
	i := a*len(s.t.domain) + b
	return s.terms[s.start[i]:s.start[i+1]]
}
