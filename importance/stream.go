package importance

import "math/rand/v2"

// stream returns the random stream of one piece of work. The index is spread over all
// bits because neighbouring states of the generator give related numbers.
func stream(seed uint64, piece int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, (uint64(piece)+1)*0x9e3779b97f4a7c15))
}
