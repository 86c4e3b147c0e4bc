package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Split divides the indices of labels at random into two parts with the same share
// of each class: held has n of them, rest the others, both in rising order. Shares
// are rounded by largest remainders, so that sizes are exact.
func Split(labels []int32, n int, seed uint64) (rest, held []int, err error) {
	if n < 1 || n >= len(labels) {
		return nil, nil, fmt.Errorf("cannot hold out %d of %d images", n, len(labels))
	}
	byClass := make([][]int, int(slices.Max(labels))+1)
	for i, l := range labels {
		byClass[l] = append(byClass[l], i)
	}
	take, left := make([]int, len(byClass)), n
	order := make([]int, len(byClass))
	for c, all := range byClass {
		take[c] = len(all) * n / len(labels)
		left -= take[c]
		order[c] = c
	}
	remainder := func(c int) int { return len(byClass[c]) * n % len(labels) }
	slices.SortStableFunc(order, func(a, b int) int { return remainder(b) - remainder(a) })
	for _, c := range order[:left] {
		take[c]++
	}
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	for c, all := range byClass {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		held = append(held, all[:take[c]]...)
		rest = append(rest, all[take[c]:]...)
	}
	slices.Sort(rest)
	slices.Sort(held)
	return rest, held, nil
}

// subset copies some of the images of a set.
func (s *Set) subset(indices []int) Set {
	t := Set{Height: s.Height, Width: s.Width, Channels: s.Channels}
	for _, i := range indices {
		t.Pixels = append(t.Pixels, s.Image(i)...)
		t.Labels = append(t.Labels, s.Labels[i])
	}
	return t
}
