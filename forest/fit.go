package forest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Fit fits a forest to n rows of d = len(cols) columns: x is n x d, row-major,
// with NaN for missing entries; y are the n responses; weights, if not nil, are
// n weights of which at least one is positive. Rows without weight do not take
// part in the fit but are predicted in [Forest.OutOfBag].
//
// Errors about the table wrap [ErrTable]; those about a single entry are
// a [*ValueError]. A cancelled context ends the fit with its error.
//
// Where the responses are all equal, or no split keeps MinLeaf rows on both
// sides, the trees are single leaves.
func Fit(ctx context.Context, x, y, weights []float64, cols []Column, opt Options) (*Forest, error) {
	opt, err := opt.resolve()
	if err != nil {
		return nil, err
	}
	t, err := newTable(x, y, weights, cols, opt)
	if err != nil {
		return nil, err
	}
	return t.fit(ctx, opt)
}

// fit grows the trees of a forest. The options must be resolved.
func (t *table) fit(ctx context.Context, opt Options) (*Forest, error) {
	f := &Forest{Columns: slices.Clone(t.cols), Trees: make([]Tree, opt.Trees)}
	sum := newSums(t.n)
	err := t.each(ctx, opt, func(i int, b *builder) { f.Trees[i] = b.freeze() }, func(i int, rows []uint32, predicted []float64) {
		sum.add(rows, predicted)
		if opt.OutOfBag != nil {
			opt.OutOfBag(i, rows, predicted[:len(rows)])
		}
		if opt.Progress != nil {
			opt.Progress(i+1, opt.Trees)
		}
	})
	if err != nil {
		return nil, err
	}
	f.OutOfBag = sum.quality(t.y, t.w)
	return f, nil
}

// each grows all trees. For tree i it calls grown, at the same time for several
// trees, and then seen with the rows out of its bag and their predictions, tree by tree in order.
func (t *table) each(ctx context.Context, opt Options, grown func(i int, b *builder), seen func(i int, rows []uint32, predicted []float64)) error {
	turn := newTurns()
	// A cancelled context must also wake the workers that wait for their turn.
	defer context.AfterFunc(ctx, turn.stop)()

	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(opt.Workers, opt.Trees) {
		wg.Go(func() {
			b := newBuilder(t, opt)
			for {
				i := int(next.Add(1)) - 1
				if i >= opt.Trees || !b.grow(ctx, i) {
					return
				}
				grown(i, b)
				turn.do(i, func() { seen(i, b.unseen, b.predicted) })
			}
		})
	}
	wg.Wait()
	if done := turn.done(); done < opt.Trees {
		return fmt.Errorf("forest: stopped after %d of %d trees: %w", done, opt.Trees, context.Cause(ctx))
	}
	return nil
}

// turns runs functions in the order of their numbers, so that sums over trees
// do not depend on which tree is finished first.
type turns struct {
	mu      sync.Mutex
	changed sync.Cond
	next    int
	stopped bool
}

func newTurns() *turns {
	t := new(turns)
	t.changed.L = &t.mu
	return t
}

// do waits for turn i and then calls f, unless it is stopped before.
func (t *turns) do(i int, f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next != i && !t.stopped {
		t.changed.Wait()
	}
	if t.stopped {
		return
	}
	f()
	t.next++
	t.changed.Broadcast()
}

func (t *turns) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	t.changed.Broadcast()
}

func (t *turns) done() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next
}
