package fanova

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// workers returns the number of goroutines for n pieces of work.
func (d *Decomposition) workers(n int) int {
	w := d.opt.Workers
	if w <= 0 {
		w = runtime.GOMAXPROCS(0)
	}
	return max(1, min(w, n))
}

// parallel calls work for the pieces 0..n-1, each with the number of the worker
// that does it, and returns the error of the first piece that failed, or that of
// the context. Each piece writes its own results, so that these do not depend on
// the number of workers.
func (d *Decomposition) parallel(ctx context.Context, n int, progress func(done, total int), work func(worker, piece int) error) error {
	var (
		next   atomic.Int64
		stop   atomic.Bool
		mu     sync.Mutex
		done   int
		failed = -1
		first  error
		wg     sync.WaitGroup
	)
	for w := range d.workers(n) {
		wg.Go(func() {
			for !stop.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := work(w, i)
				mu.Lock()
				if err != nil {
					// Earlier pieces were all started, so the smallest failing
					// one is always seen.
					if failed < 0 || i < failed {
						failed, first = i, err
					}
					stop.Store(true)
				} else {
					done++
					if progress != nil {
						progress(done, n)
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return first
}
