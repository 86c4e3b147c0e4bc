package forest

// single draws whether a categorical column with some levels in the node is split
// by one of them against all others. With two levels that is every split.
func (b *builder) single(levels int) bool {
	p := b.opt.SingleLevel
	return levels > 2 && p > 0 && unit(&b.pcg) < p
}

// singleFirst moves the level to the front whose split from all others scores best.
func (b *builder) singleFirst(k *task, bins []bin, rows []int32, order []int32) {
	best, at := -1.0, 0
	total, least := k.hi-k.lo, b.opt.MinLeaf
	for i, c := range order {
		n := int(rows[c])
		if least > 1 && (n < least || total-n < least) {
			continue
		}
		if s := score(bins[c].w, k.weight, bins[c].wy); s > best {
			best, at = s, i
		}
	}
	order[0], order[at] = order[at], order[0]
}
