package forest

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// stream returns the random stream of one tree. The index is spread over all
// bits because neighbouring states of the generator give related numbers.
func stream(seed uint64, tree int) rand.PCG {
	return *rand.NewPCG(seed, (uint64(tree)+1)*0x9e3779b97f4a7c15)
}

// below returns an integer in [0, n). Taking the high word of the product
// instead of rejecting leaves a bias of n/2^64.
func below(pcg *rand.PCG, n int) int {
	hi, _ := bits.Mul64(pcg.Uint64(), uint64(n))
	return int(hi)
}

// unit returns a number in (0, 1).
func unit(pcg *rand.PCG) float64 {
	return (float64(pcg.Uint64()>>12) + 0.5) / (1 << 52)
}

const outOfBag = ^uint32(0)

// entry is one row of a sorted column: the rank of its value among the
// different values in the high word, the label of the row in the low word.
type entry uint64

func (e entry) label() uint32 { return uint32(e) }

// sameValue reports whether two entries of a column have equal values.
func sameValue(a, b entry) bool { return (a^b)>>32 == 0 }

// bag draws the rows and the missing entries of one tree and lays them out for
// growing. Rows in the sample get labels 0, 1, ... in table order.
func (b *builder) bag(tree int) {
	t := b.t
	b.pcg = stream(b.opt.Seed, tree)

	clear(b.count)
	switch {
	case b.opt.NoBootstrap:
		for _, g := range t.drawable {
			b.count[g] = 1
		}
	case b.opt.Subsample > 0:
		b.subsample()
	default:
		for range t.drawable {
			b.count[t.drawable[below(&b.pcg, len(t.drawable))]]++
		}
	}

	b.drawMissing()
	b.rows = &b.places[0]
	responses, row, unseen := b.responses[:t.n], b.row[:t.n], b.unseen[:t.n]
	in, out := 0, 0
	for i := range t.n {
		// Written to both, a row stays in one of them: which, the processor could
		// not predict.
		w := float64(b.count[t.groupOf(i)])
		if t.w != nil {
			w *= t.w[i] * b.weightScale
		}
		row[in], responses[in] = uint32(i), response{t.y[i], w}
		unseen[out] = uint32(i)
		label := uint32(in)
		if !(w > 0) {
			label = outOfBag
		}
		b.label[i] = label
		in += int(^label >> 31)
		out += int(label >> 31)
	}
	if b.opt.NoOutOfBag {
		out = 0
	}
	b.responses, b.row, b.unseen = responses[:in], row[:in], unseen[:out]
	for g, from := range b.codes.words {
		words := b.group(int32(g))
		for i, r := range b.row {
			words[i] = from[r]
		}
	}
	for s := range t.sorted {
		if t.values[s] == nil {
			b.fill(s)
		} else {
			b.merge(s)
		}
	}
	for j := range b.perm {
		b.perm[j] = int32(j)
	}
}

// subsample draws groups without replacement, each as likely as any other
// (selection sampling: Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
func (b *builder) subsample() {
	drawable := b.t.drawable
	left := max(1, int(math.Round(b.opt.Subsample*float64(len(drawable)))))
	for i, g := range drawable {
		if below(&b.pcg, len(drawable)-i) < left {
			b.count[g] = 1
			left--
		}
	}
}

// drawMissing draws all missing entries, whether their rows are in the bag or not.
func (b *builder) drawMissing() {
	t := b.t
	for k, j := range t.missCol {
		if c := t.cols[j]; c.Levels > 0 {
			b.draws[k] = float64(below(&b.pcg, c.Levels))
		} else {
			lower, upper := c.Bounds()
			b.draws[k] = lower + (upper-lower)*unit(&b.pcg)
		}
	}
	if !t.codedGaps {
		return
	}
	for k, j := range t.missCol {
		if t.cols[j].Levels > 0 {
			b.codes.set(&t.places[t.slot[j]], t.missRow[k], uint16(b.draws[k]))
		}
	}
}

// fill takes the rows in the bag from a sorted column without gaps.
func (b *builder) fill(s int) {
	col := b.entries[s][:cap(b.entries[s])]
	k, rank := 0, uint64(0)
	for _, o := range b.t.order[s] {
		rank += uint64(o / newValue)
		if l := b.label[o&rowMask]; l != outOfBag {
			col[k] = entry(rank<<32 | uint64(l))
			k++
		}
	}
	b.entries[s] = col[:k]
}

// merge does the same for a column with drawn entries.
func (b *builder) merge(s int) {
	t := b.t
	drawn := b.drawn[:0]
	for _, k := range t.colMissing[s] {
		if l := b.label[t.missRow[k]]; l != outOfBag {
			drawn = append(drawn, draw{b.draws[k], l})
		}
	}
	slices.SortFunc(drawn, func(p, q draw) int {
		if p.value != q.value {
			return cmp.Compare(p.value, q.value)
		}
		return cmp.Compare(p.label, q.label)
	})
	b.drawn = drawn

	col := b.entries[s][:0]
	rank, last := uint64(0), math.Inf(-1)
	add := func(v float64, l uint32) {
		if v != last {
			rank++
			last = v
		}
		col = append(col, entry(rank<<32|uint64(l)))
	}
	for k, o := range t.order[s] {
		l := b.label[o&rowMask]
		if l == outOfBag {
			continue
		}
		v := t.values[s][k]
		for len(drawn) > 0 && drawn[0].value < v {
			add(drawn[0].value, drawn[0].label)
			drawn = drawn[1:]
		}
		add(v, l)
	}
	for _, p := range drawn {
		add(p.value, p.label)
	}
	b.entries[s] = col
}

// value returns the entry of a row and column as this tree sees it.
func (b *builder) value(row uint32, j int32) float64 {
	t := b.t
	v := t.x[int(row)*t.d+int(j)]
	if v == v {
		return v
	}
	for k := t.missStart[row]; k < t.missStart[row+1]; k++ {
		if t.missCol[k] == j {
			return b.draws[k]
		}
	}
	return v
}

// code returns the code of a row and coded column.
func (b *builder) code(row uint32, j int32) uint16 {
	return b.codes.at(&b.tally.columns[j].place, row)
}

// codeAt does so for the row with a label.
func (b *builder) codeAt(label int, j int32) uint16 {
	if p := &b.tally.columns[j].place; p.group >= 0 {
		return uint16(p.of(b.group(p.group)[label]))
	}
	return b.code(b.row[label], j)
}
