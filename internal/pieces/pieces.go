// Package pieces runs the independent pieces of a computation on several goroutines.
package pieces

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers returns the number of goroutines that [Do] uses for n pieces: those asked for, 0
// meaning GOMAXPROCS, but no more than there are pieces and at least one.
func Workers(asked, n int) int {
	if asked <= 0 {
		asked = runtime.GOMAXPROCS(0)
	}
	return max(1, min(asked, n))
}

// Do calls work for the pieces 0..n-1, each with the number of the worker that does it,
// from 0, and returns the error of the first piece that failed, or that of the context.
// Each piece writes its own results, so that these do not depend on the number of
// workers. Progress, if not nil, is called after each piece, by one goroutine at a time.
func Do(ctx context.Context, n, workers int, progress func(done, total int), work func(worker, piece int) error) error {
	var (
		next   atomic.Int64
		stop   atomic.Bool
		mu     sync.Mutex
		done   int
		failed = -1
		first  error
		wg     sync.WaitGroup
	)
	for w := range Workers(workers, n) {
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
