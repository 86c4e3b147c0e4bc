package forest

import (
	"errors"
	"fmt"
	"math"
	"runtime"
)

// Defaults of [Options].
const (
	DefaultTrees           = 64  // as optuna's FanovaImportanceEvaluator
	DefaultMaxDepth        = 64  // as automl/fanova and optuna
	DefaultFeatureFraction = 0.7 // as automl/fanova (ratio_features)
	DefaultMinLeaf         = 1   // as automl/fanova and optuna
)

// Options of [Fit]. The zero value fits the forest that functional ANOVA is
// usually computed from: 64 trees of depth at most 64, leaves of at least one
// row, a bootstrap sample per tree and 70 % of the columns tried at each split.
type Options struct {
	// Trees is the number of trees; 0 means [DefaultTrees].
	Trees int
	// FeatureFraction is the share of the d columns tried at each split,
	// ceil(fraction*d) columns and at least one; 0 means
	// [DefaultFeatureFraction]. Where all tried columns are constant in the
	// node, more are drawn until one is not.
	FeatureFraction float64
	// MinLeaf is the smallest number of different training rows in a leaf: a
	// row that the bootstrap drew three times counts once. 0 means
	// [DefaultMinLeaf].
	MinLeaf int
	// MaxDepth is the largest number of splits above a leaf; 0 means
	// [DefaultMaxDepth].
	MaxDepth int
	// NoBootstrap fits every tree to all rows. There is no out-of-bag quality then.
	NoBootstrap bool
	// Subsample, if not 0, draws this share of the rows without replacement for
	// each tree, rounded to the nearest whole number and at least one, in place
	// of as many as there are with replacement. It is in (0, 1]; at 1 no row is
	// out of the bag. A bootstrap sample holds 63 % of the rows, some of them
	// several times.
	Subsample float64
	// SingleLevel is the probability with which a categorical column that is tried at a
	// node is split by one level against all others (the best one), as if it had been
	// coded one-hot, and not by the best of all sets of levels. Between 0 (the
	// default: always sets) and 1.
	//
	// Sets fit the responses of a node more closely than single levels, their noise as
	// well. Trees of both kinds of splits differ more from each other than trees of one.
	SingleLevel float64
	// Seed selects the random numbers. Tree t uses the stream (Seed, t).
	Seed uint64
	// Workers is the number of trees fitted at the same time; 0 means
	// runtime.GOMAXPROCS(0). It has no influence on the result.
	Workers int
	// Groups, if not nil, gives the group of each row. The bootstrap draws
	// whole groups, so that repeats of one configuration are never both in and
	// out of a tree's sample and the out-of-bag quality stays honest.
	Groups []int
	// NoOutOfBag leaves out the predictions of the rows that trees have not seen, up to a
	// third of the time of a fit: [Forest.OutOfBag] has none then, and no quality. The
	// trees are the same.
	NoOutOfBag bool
	// OutOfBag, if not nil, is called for each tree, in order, with the rows that are not in
	// its bag and its predictions of them: for statistics that need to know which tree has
	// seen which row. The slices are valid until it returns.
	OutOfBag func(tree int, rows []uint32, predicted []float64)
	// Progress, if not nil, is called after each tree with the number of
	// finished trees. Calls do not overlap.
	Progress func(done, total int)
}

// resolve replaces zero values by defaults and checks the rest.
func (o Options) resolve() (Options, error) {
	switch {
	case o.Trees < 0:
		return o, fmt.Errorf("forest: Trees is %d, expected 0 (default) or more", o.Trees)
	case !(o.FeatureFraction >= 0 && o.FeatureFraction <= 1):
		return o, fmt.Errorf("forest: FeatureFraction is %v, expected 0 (default) to 1", o.FeatureFraction)
	case !(o.Subsample >= 0 && o.Subsample <= 1):
		return o, fmt.Errorf("forest: Subsample is %v, expected 0 (bootstrap) to 1", o.Subsample)
	case o.Subsample > 0 && o.NoBootstrap:
		return o, errors.New("forest: Subsample and NoBootstrap exclude each other")
	case o.NoOutOfBag && o.OutOfBag != nil:
		return o, errors.New("forest: NoOutOfBag and OutOfBag exclude each other")
	case !(o.SingleLevel >= 0 && o.SingleLevel <= 1):
		return o, fmt.Errorf("forest: SingleLevel is %v, expected 0 (default) to 1", o.SingleLevel)
	case o.MinLeaf < 0:
		return o, fmt.Errorf("forest: MinLeaf is %d, expected 0 (default) or more", o.MinLeaf)
	case o.MaxDepth < 0:
		return o, fmt.Errorf("forest: MaxDepth is %d, expected 0 (default) or more", o.MaxDepth)
	case o.Workers < 0:
		return o, fmt.Errorf("forest: Workers is %d, expected 0 (default) or more", o.Workers)
	}
	if o.Trees == 0 {
		o.Trees = DefaultTrees
	}
	if o.FeatureFraction == 0 {
		o.FeatureFraction = DefaultFeatureFraction
	}
	if o.MinLeaf == 0 {
		o.MinLeaf = DefaultMinLeaf
	}
	if o.MaxDepth == 0 {
		o.MaxDepth = DefaultMaxDepth
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o, nil
}

// tried returns how many of d columns are tried at each split.
func (o Options) tried(d int) int {
	// 0.7*10 is 7.000000000000001 on some fractions; do not let that become 8.
	k := int(math.Ceil(o.FeatureFraction*float64(d) - 1e-9))
	return min(max(k, 1), d)
}

// ErrTable is wrapped by every error about the table given to [Fit].
var ErrTable = errors.New("forest: bad table")

// ValueError reports one entry that cannot be used.
type ValueError struct {
	What     string  // "x", "y" or "weights"
	Row, Col int     // Col is -1 for y and weights
	Value    float64 // as found
	Expected string  // what was expected instead
}

func (e *ValueError) Error() string {
	if e.Col < 0 {
		return fmt.Sprintf("forest: %s of row %d is %v, expected %s", e.What, e.Row, e.Value, e.Expected)
	}
	return fmt.Sprintf("forest: %s of row %d, column %d is %v, expected %s", e.What, e.Row, e.Col, e.Value, e.Expected)
}

// Unwrap makes errors.Is(err, ErrTable) true.
func (e *ValueError) Unwrap() error { return ErrTable }

func tableErrorf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrTable}, args...)...)
}
