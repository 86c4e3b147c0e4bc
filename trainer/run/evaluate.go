package run

import (
	"math"

	"github.com/nasalyze/nasalyze/trainer/augment"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/network"
)

// errorRate is the percentage of images, not augmented, whose largest logit is that of
// another class; NaN if a logit is none.
func errorRate(m *network.Model[float32], n *augment.Normalizer, set *data.Set, indices []int) (float64, error) {
	batch, size, classes := m.Config.BatchSize, len(set.Image(0)), m.Input.Classes
	images := make([]float32, batch*size)
	wrong := 0
	for first := 0; first < len(indices); first += batch {
		part := indices[first:min(first+batch, len(indices))]
		for i, index := range part {
			n.Apply(images[i*size:(i+1)*size], set.Image(index))
		}
		clear(images[len(part)*size:]) // the last batch is filled up
		logits, err := m.Logits(append([]float32(nil), images...))
		if err != nil {
			return 0, err
		}
		for i, index := range part {
			best, ok := largest(logits[i*classes : (i+1)*classes])
			if !ok {
				return math.NaN(), nil
			}
			if best != int(set.Labels[index]) {
				wrong++
			}
		}
	}
	return 100 * float64(wrong) / float64(len(indices)), nil
}

// largest is the index of the largest number, and whether all are finite.
func largest(v []float32) (best int, ok bool) {
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return 0, false
		}
		if x > v[best] {
			best = i
		}
	}
	return best, true
}

// all are the indices of a set.
func all(s *data.Set) []int {
	indices := make([]int, s.Len())
	for i := range indices {
		indices[i] = i
	}
	return indices
}
