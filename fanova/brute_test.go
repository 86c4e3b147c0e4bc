package fanova

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// node is a tree to write down by hand or at random.
type node struct {
	column      int
	at          float64
	levels      []int // that go left, instead of at
	left, right *node
	value       float64
}

func leaf(v float64) *node { return &node{value: v} }

func flatten(columns []forest.Column, root *node) forest.Tree {
	var t forest.Tree
	var add func(n *node) int32
	add = func(n *node) int32 {
		i := len(t.Feature)
		t.Feature = append(t.Feature, -1)
		t.Threshold = append(t.Threshold, 0)
		t.Subset = append(t.Subset, -1)
		t.Right = append(t.Right, -1)
		t.Value = append(t.Value, n.value)
		t.Variance = append(t.Variance, 0)
		t.Weight = append(t.Weight, 1)
		if n.left == nil {
			return int32(i)
		}
		t.Feature[i] = int32(n.column)
		t.Threshold[i] = n.at
		if n.levels != nil {
			t.Subset[i] = int32(len(t.Bits))
			set := make([]uint64, (columns[n.column].Levels+63)/64)
			for _, l := range n.levels {
				set[l>>6] |= 1 << (l & 63)
			}
			t.Bits = append(t.Bits, set...)
		}
		add(n.left)
		r := add(n.right)
		t.Right[i] = r
		return int32(i)
	}
	add(root)
	return t
}

// randomTree grows a tree by splitting random leaves of it. Some splits leave
// one side without volume, and some leaves are equal.
func randomTree(rng *rand.Rand, columns []forest.Column, leaves int) *node {
	root := leaf(rng.NormFloat64())
	all := []*node{root}
	for len(all) < leaves {
		n := all[rng.IntN(len(all))]
		n.column = rng.IntN(len(columns))
		c := columns[n.column]
		if c.Levels > 0 {
			n.levels = []int{}
			for l := range c.Levels {
				if rng.IntN(2) == 0 {
					n.levels = append(n.levels, l)
				}
			}
		} else {
			lower, upper := c.Bounds()
			n.at = lower + (upper-lower)*(1.2*rng.Float64()-0.1)
			if rng.IntN(4) == 0 { // ties between split points
				n.at = lower + (upper-lower)*float64(rng.IntN(5))/4
			}
		}
		n.left, n.right = leaf(n.value), leaf(rng.NormFloat64())
		all = append(all, n.left, n.right)
		all = slices.DeleteFunc(all, func(x *node) bool { return x == n })
	}
	return root
}

// grownTree splits the box of a random leaf inside it, as a fitted tree does:
// no split is in vain. Large boxes are split first.
func grownTree(rng *rand.Rand, columns []forest.Column, leaves int) *node {
	type part struct {
		n      *node
		lo, hi []float64
		sets   [][]int
	}
	whole := part{n: leaf(rng.NormFloat64())}
	for _, c := range columns {
		lower, upper := c.Bounds()
		whole.lo, whole.hi = append(whole.lo, lower), append(whole.hi, upper)
		var set []int
		for l := range c.Levels {
			set = append(set, l)
		}
		whole.sets = append(whole.sets, set)
	}
	queue := []part{whole}
	for n := 1; n < leaves; {
		// The queue is in order of depth; take one near the front.
		i := rng.IntN(min(len(queue), 1+len(queue)/4))
		p := queue[i]
		c := rng.IntN(len(columns))
		if columns[c].Levels > 0 && len(p.sets[c]) < 2 {
			continue
		}
		queue[i] = queue[0]
		queue = queue[1:]
		n++
		l := part{lo: slices.Clone(p.lo), hi: slices.Clone(p.hi), sets: slices.Clone(p.sets)}
		r := part{lo: slices.Clone(p.lo), hi: slices.Clone(p.hi), sets: slices.Clone(p.sets)}
		if columns[c].Levels > 0 {
			set := slices.Clone(p.sets[c])
			rng.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
			k := 1 + rng.IntN(len(set)-1)
			l.sets[c], r.sets[c] = set[:k], set[k:]
			p.n.levels = set[:k]
		} else {
			p.n.at = p.lo[c] + (p.hi[c]-p.lo[c])*(0.1+0.8*rng.Float64())
			l.hi[c], r.lo[c] = p.n.at, p.n.at
		}
		step := rng.NormFloat64() * math.Pow(0.8, float64(n)/float64(leaves)*10)
		p.n.column = c
		l.n, r.n = leaf(p.n.value+step), leaf(p.n.value-step)
		p.n.left, p.n.right = l.n, r.n
		queue = append(queue, l, r)
	}
	return whole.n
}

func grownForest(seed uint64, columns []forest.Column, trees, leaves int) *forest.Forest {
	f := &forest.Forest{Columns: columns}
	for k := range trees {
		rng := rand.New(rand.NewPCG(seed, uint64(k)))
		f.Trees = append(f.Trees, flatten(columns, grownTree(rng, columns, leaves)))
	}
	return f
}

// factorial is a function on a full grid, with the weights of the levels of
// each column; the last column runs fastest.
type factorial struct {
	weights [][]float64
	values  []float64
}

// anova returns by subset (bit j for column j) the closed variance Var(a_U) and
// the individual V_U, from their definitions.
func (g *factorial) anova() (closed, individual []float64) {
	d := len(g.weights)
	closed = make([]float64, 1<<d)
	full := 1<<d - 1
	// mean[U] holds a_U; each comes from a_V with one column more.
	margins := make([][]float64, 1<<d)
	margins[full] = g.values
	for u := full - 1; u >= 0; u-- {
		j := bits.TrailingZeros(uint(^u)) // a column outside U
		from := margins[u|1<<j]
		inner := 1
		for c := j + 1; c < d; c++ {
			if u>>c&1 != 0 {
				inner *= len(g.weights[c])
			}
		}
		k := len(g.weights[j])
		out := make([]float64, len(from)/k)
		for i := range out {
			for l, w := range g.weights[j] {
				out[i] += w * from[(i/inner*k+l)*inner+i%inner]
			}
		}
		margins[u] = out
	}
	mean := margins[0][0]
	for u := range closed {
		for i, v := range margins[u] {
			w, rest := 1.0, i
			for c := d - 1; c >= 0; c-- {
				if u>>c&1 != 0 {
					k := len(g.weights[c])
					w *= g.weights[c][rest%k]
					rest /= k
				}
			}
			closed[u] += w * (v - mean) * (v - mean)
		}
	}
	individual = slices.Clone(closed)
	for j := range d {
		for u := range individual {
			if u>>j&1 != 0 {
				individual[u] -= individual[u&^(1<<j)]
			}
		}
	}
	return closed, individual
}

// total returns the total index, times the variance, of column j.
func total(individual []float64, j int) float64 {
	sum := 0.0
	for u, v := range individual {
		if u>>j&1 != 0 {
			sum += v
		}
	}
	return sum
}

// tabulate evaluates a tree at the centres of all cells that its split points
// make, one full grid.
func tabulate(columns []forest.Column, t *forest.Tree, cut *Cutoffs) (g factorial, centres [][]float64) {
	for c, col := range columns {
		var w, x []float64
		lower, upper := col.Bounds()
		switch {
		case col.Levels > 0:
			for l := range col.Levels {
				w, x = append(w, 1/float64(col.Levels)), append(x, float64(l))
			}
		case lower == upper:
			w, x = []float64{1}, []float64{lower}
		default:
			border := []float64{lower, upper}
			for i, f := range t.Feature {
				if int(f) == c && t.Threshold[i] > lower && t.Threshold[i] < upper {
					border = append(border, t.Threshold[i])
				}
			}
			slices.Sort(border)
			border = slices.Compact(border)
			for i := range len(border) - 1 {
				w = append(w, (border[i+1]-border[i])/(upper-lower))
				x = append(x, (border[i+1]+border[i])/2)
			}
		}
		g.weights, centres = append(g.weights, w), append(centres, x)
	}
	row := make([]float64, len(columns))
	var fill func(c int)
	fill = func(c int) {
		if c == len(columns) {
			v := t.Value[t.Leaf(row)]
			if cut != nil {
				v = math.Min(math.Max(v, cut.Lower), cut.Upper)
			}
			g.values = append(g.values, v)
			return
		}
		for _, x := range centres[c] {
			row[c] = x
			fill(c + 1)
		}
	}
	fill(0)
	return g, centres
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v (off by %.2g)", what, got, want, got-want)
	}
}

// mixedColumns are a few columns of all kinds.
func mixedColumns(rng *rand.Rand, n int) []forest.Column {
	columns := make([]forest.Column, n)
	for c := range columns {
		switch rng.IntN(5) {
		case 0:
			columns[c] = forest.Column{Levels: 1 + rng.IntN(5)}
		case 1:
			columns[c] = forest.Column{Levels: 65 + rng.IntN(3)} // two words
		case 2:
			columns[c] = forest.Column{Lower: -3, Upper: 5}
		}
		if rng.IntN(20) == 0 {
			columns[c] = forest.Column{Lower: 2, Upper: 2}
		}
	}
	return columns
}
