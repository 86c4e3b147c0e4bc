package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// mergeBudgets makes budgets one that differ by rounding alone: the one that most
// trials have, or the one in the middle if none has more than it.
func (b *Builder) mergeBudgets() {
	count := make(map[float64]int)
	for i := range b.trials {
		count[b.trials[i].Budget]++
	}
	budgets := make([]float64, 0, len(count))
	for x := range count {
		budgets = append(budgets, x)
	}
	slices.Sort(budgets)
	merged := make(map[float64]float64)
	var said []string
	for start, end := 0, 0; start < len(budgets); start = end {
		for end = start + 1; end < len(budgets) && nasalyze.SameBudget(budgets[start], budgets[end]); end++ {
		}
		if end == start+1 {
			continue
		}
		most := budgets[(start+end)/2]
		for _, x := range budgets[start:end] {
			if count[x] > count[most] {
				most = x
			}
		}
		for _, x := range budgets[start:end] {
			merged[x] = most
		}
		said = append(said, fmt.Sprintf("%d values as %v", end-start, most))
	}
	if len(said) == 0 {
		return
	}
	for i := range b.trials {
		if x, ok := merged[b.trials[i].Budget]; ok {
			b.trials[i].Budget = x
		}
	}
	const few = 10
	if n := len(said); n > few {
		said = append(said[:few], fmt.Sprintf("and %d more", n-few))
	}
	b.findings.Note("merged-budgets", "", "budgets that differ by rounding alone are taken as one: %s", strings.Join(said, ", "))
}
