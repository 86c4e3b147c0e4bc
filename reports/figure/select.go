package figure

import (
	"fmt"
	"math"
	"sort"

	"github.com/nasalyze/nasalyze/reports"
)

// spread picks at most k of n indices, evenly, with the first and the last among them.
func spread(n, k int) []int {
	if k < 2 {
		k = 2
	}
	if n <= k {
		k = n
	}
	out := make([]int, k)
	for i := range out {
		if k > 1 {
			out[i] = int(math.Round(float64(i) * float64(n-1) / float64(k-1)))
		}
	}
	return out
}

// sampled picks at most k of n indices, evenly but not periodically: results come in
// cycles of brackets, and every tenth may be all of one kind.
func sampled(n, k int) []int {
	if n <= k {
		k = n
	}
	out := make([]int, k)
	step := float64(n) / float64(max(1, k))
	for i := range out {
		_, jitter := math.Modf(float64(i) * math.Phi)
		out[i] = int((float64(i) + jitter) * step)
		if i > 0 {
			out[i] = max(out[i], out[i-1]+1)
		}
		out[i] = min(out[i], n-k+i) // room for the rest
	}
	return out
}

// thinned tells in a sentence that only some budgets are drawn; empty if all are.
func thinned(shown, all int) string {
	if shown == all {
		return ""
	}
	return fmt.Sprintf(" %d of %d budgets are drawn, evenly spaced.", shown, all)
}

// decided returns the indices of the budgets with an importance that can be trusted.
func decided(a *reports.Analysis) []int {
	var out []int
	for i, b := range a.Budgets {
		if b.Decided && len(b.Importance) >= len(a.Params) {
			out = append(out, i)
		}
	}
	return out
}

// fewWords is how many budgets are named one by one where words say what cannot be told of them.
const fewWords = 6

// undecided returns the indices of the other budgets.
func undecided(a *reports.Analysis) []int {
	var out []int
	for i, b := range a.Budgets {
		if !b.Decided {
			out = append(out, i)
		}
	}
	return out
}

// undecidedNote names the budgets that are not drawn, in a sentence with a leading space.
func undecidedNote(a *reports.Analysis) string {
	s := ""
	us := undecided(a)
	for _, i := range us {
		b := a.Budgets[i]
		if len(us) > fewWords {
			return fmt.Sprintf(" Undecided and not drawn: %d of %d budgets, such as %s, because %s.", len(us), len(a.Budgets), budgetName(a, b.Budget), b.Reason)
		}
		s += fmt.Sprintf(" Undecided and not drawn: %s, because %s.", budgetName(a, b.Budget), b.Reason)
	}
	return s
}

// noneDecided is the reason of figures that need an importance.
func noneDecided(a *reports.Analysis) string {
	if len(a.Budgets) == 1 {
		return "the importance is undecided: " + a.Budgets[0].Reason
	}
	for _, b := range a.Budgets {
		if b.Reason != "" {
			return "the importance is undecided at every budget, at " + budgetName(a, b.Budget) + " because " + b.Reason
		}
	}
	return "the importance is undecided at every budget"
}

// ranked returns the indices of the parameters from the most to the least important at
// budget b; those without a number come last.
func ranked(a *reports.Analysis, b int) []int {
	idx := make([]int, len(a.Params))
	for i := range idx {
		idx[i] = i
	}
	share := func(i int) float64 {
		v := a.Budgets[b].Importance[i].Individual.Mean
		if math.IsNaN(v) {
			return math.Inf(-1)
		}
		return v
	}
	sort.SliceStable(idx, func(x, y int) bool { return share(idx[x]) > share(idx[y]) })
	return idx
}

// spreadOf is the length of an error bar below and above the mean.
func spreadOf(s reports.Stat, intervals bool) (lo, hi float64) {
	if intervals {
		return s.Lo, s.Hi
	}
	return math.Max(0, s.Mean-s.Std), s.Mean + s.Std
}

// haveIntervals reports whether all main effects at the budgets have a bootstrap interval.
func haveIntervals(a *reports.Analysis, budgets []int) bool {
	for _, b := range budgets {
		for j := range a.Params {
			s := a.Budgets[b].Importance[j].Individual
			if math.IsNaN(s.Lo) || math.IsNaN(s.Hi) {
				return false
			}
		}
	}
	return len(budgets) > 0
}

// barsAre says what the error bars are, for captions.
func barsAre(a *reports.Analysis, intervals bool) string {
	if intervals {
		return "Error bars: " + level(a) + " bootstrap interval over configurations."
	}
	return "Error bars: standard deviation over the trees of the forest."
}

// better reports whether x is a better result than y.
func better(a *reports.Analysis, x, y float64) bool {
	if a.Objective.Maximize {
		return x > y
	}
	return x < y
}

// order returns the configurations with a result at budget b, best first.
func order(a *reports.Analysis, b int) []int {
	var idx []int
	for i, c := range a.Configs {
		if b < len(c.Results) && !math.IsNaN(c.Results[b]) {
			idx = append(idx, i)
		}
	}
	sort.SliceStable(idx, func(x, y int) bool {
		return better(a, a.Configs[idx[x]].Results[b], a.Configs[idx[y]].Results[b])
	})
	return idx
}

// repel moves labels as little as it can until all are gap apart and within lo and
// hi; the order stays. Where they cannot fit, they are spread evenly.
func repel(want []float64, gap, lo, hi float64) []float64 {
	n := len(want)
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	sort.SliceStable(idx, func(i, j int) bool { return want[idx[i]] < want[idx[j]] })
	if n > 1 {
		gap = math.Min(gap, (hi-lo)/float64(n-1))
	}
	// Pool neighbours that are too close, as isotonic regression does: in a block the
	// labels stand gap apart around the mean of where they want to be.
	type block struct{ sum, n float64 }
	var blocks []block
	pos := func(b block) (first, last float64) {
		c := math.Min(math.Max(b.sum/b.n, lo+(b.n-1)/2*gap), hi-(b.n-1)/2*gap)
		return c - (b.n-1)/2*gap, c + (b.n-1)/2*gap
	}
	for _, i := range idx {
		blocks = append(blocks, block{want[i], 1})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			_, last := pos(a)
			if first, _ := pos(b); first >= last+gap-1e-9 {
				break
			}
			blocks = append(blocks[:len(blocks)-2], block{a.sum + b.sum, a.n + b.n})
		}
	}
	out := make([]float64, n)
	k := 0
	for _, b := range blocks {
		first, _ := pos(b)
		for j := range int(b.n) {
			out[idx[k]] = first + float64(j)*gap
			k++
		}
	}
	return out
}
