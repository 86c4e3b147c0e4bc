package correlation

import (
	"fmt"
	"math"
	"runtime"
)

// Defaults of [Options].
const (
	DefaultResamples  = 2000
	DefaultConfidence = 0.95
	// MinItems is the smallest number of shared items on which anything is
	// estimated: three items have too few orders to reject any hypothesis, and the
	// standard error of Fisher's z needs n > 3.
	MinItems = 4
)

// DefaultTopFractions of [Options]: the best tenth, and the third that
// successive halving with its usual factor of 3 promotes.
var defaultTopFractions = []float64{0.1, 1.0 / 3}

// Options of [Matrix]. The zero value is the documented default.
type Options struct {
	// Resamples of the bootstrap behind [Estimate.Bootstrap]; 0 means
	// [DefaultResamples], negative means no bootstrap. There must be enough for the
	// smallest and the largest to be the ends of the interval, 39 for a confidence
	// of 0.95.
	Resamples int
	// Confidence of all intervals, in (0, 1); 0 means [DefaultConfidence].
	Confidence float64
	// TopK are the sizes of the sets of best items that are compared, TopFractions
	// the same as shares of the n shared items, rounded up. Where both are empty
	// the fractions are 0.1 and 1/3. A size of n or more says nothing and is left out.
	TopK         []int
	TopFractions []float64
	// Seed of the bootstrap. Pair p of the result uses the stream (Seed, p).
	Seed uint64
	// Workers is the number of pairs computed at the same time; 0 means
	// runtime.GOMAXPROCS(0). It has no influence on the result.
	Workers int
	// Progress, if not nil, is called after each pair with the number of finished
	// pairs. Calls do not overlap.
	Progress func(done, total int)
}

// resolve replaces zero values by defaults and checks the rest.
func (o Options) resolve() (Options, error) {
	if o.Resamples == 0 {
		o.Resamples = DefaultResamples
	}
	if o.Confidence == 0 {
		o.Confidence = DefaultConfidence
	}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return o, fmt.Errorf("correlation: Confidence is %v, expected a number between 0 and 1", o.Confidence)
	}
	// The small slack keeps rounding of 2/(1-0.95) from asking for one more.
	if least := int(math.Ceil(2/(1-o.Confidence)-1e-9)) - 1; o.Resamples > 0 && o.Resamples < least {
		return o, fmt.Errorf("correlation: Resamples is %d, expected at least %d at a confidence of %v (or negative for none)", o.Resamples, least, o.Confidence)
	}
	for _, k := range o.TopK {
		if k < 1 {
			return o, fmt.Errorf("correlation: TopK holds %d, expected 1 or more", k)
		}
	}
	for _, f := range o.TopFractions {
		if !(f > 0 && f <= 1) {
			return o, fmt.Errorf("correlation: TopFractions holds %v, expected more than 0 and at most 1", f)
		}
	}
	if len(o.TopK) == 0 && len(o.TopFractions) == 0 {
		o.TopFractions = defaultTopFractions
	}
	if o.Workers < 0 {
		return o, fmt.Errorf("correlation: Workers is %d, expected 0 (default) or more", o.Workers)
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o, nil
}

// ceilShare is ceil(f*n), where a product that is an integer but for rounding counts as one.
func ceilShare(f float64, n int) int {
	return max(1, int(math.Ceil(f*float64(n)*(1-1e-12))))
}
