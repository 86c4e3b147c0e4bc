package importance

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls work for the pieces 0..n-1 on several goroutines (0 for GOMAXPROCS)
// and returns the error of the first piece that failed, or that of the context. Each
// piece writes its own results, so that these do not depend on the number of workers.
func parallel(ctx context.Context, n, workers int, progress func(done, total int), work func(piece int) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var (
		next   atomic.Int64
		stop   atomic.Bool
		mu     sync.Mutex
		done   int
		failed = -1
		first  error
		wg     sync.WaitGroup
	)
	for range max(1, min(workers, n)) {
		wg.Go(func() {
			for !stop.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := work(i)
				mu.Lock()
				if err != nil {
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

// stream returns the random stream of one piece of work. The index is spread over all
// bits because neighbouring states of the generator give related numbers.
func stream(seed uint64, piece int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, (uint64(piece)+1)*0x9e3779b97f4a7c15))
}
