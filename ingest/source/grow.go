package source

import "slices"

// Grow makes room for n more trials, for readers that can tell how many come:
// the records of a million trials are copied several times over otherwise.
func (b *Builder) Grow(n int) {
	b.trials = slices.Grow(b.trials, n)
	b.lines = slices.Grow(b.lines, n)
	b.trialPath = slices.Grow(b.trialPath, n)
}
