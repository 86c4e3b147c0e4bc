package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// printTable prints the median regret of every searcher at an eighth of the limit and
// at the limit, with what the rank-sum test says against our own: + if ours is
// significantly better, - if it is worse, at 5 % by Holm over the searchers of a workload.
func printTable(out io.Writer, rec *record, works []*workload, set settings) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "workload\tat\t")
	for _, c := range contenders {
		fmt.Fprintf(t, "%s\t", c.name)
	}
	fmt.Fprintln(t)
	for _, w := range works {
		for _, k := range []int{checkpoints - 7, checkpoints - 1} {
			fmt.Fprintf(t, "%s\t%.3g\t", w.name, checkpoint(set.limit, k))
			cells := rec.compare(w.name, set.workers, set.limit, k)
			for _, c := range cells {
				mark := map[int]string{1: "+", 0: " ", -1: "-"}[c.verdict]
				switch {
				case math.IsNaN(c.median):
					fmt.Fprint(t, "\t")
				default:
					fmt.Fprintf(t, "%.4f%s\t", c.median, mark)
				}
			}
			fmt.Fprintln(t)
		}
	}
	return t.Flush()
}

// standing is how a searcher did on a workload.
type standing struct {
	n                 int
	median, low, high float64 // quartiles
	p, effect         float64 // of ours against it
	verdict           int     // 1 if ours is significantly better, -1 if worse
}

// level of all tests.
const level = 0.05

// compare returns the standing of every contender at the k-th checkpoint.
func (rec *record) compare(workload string, workers int, limit float64, k int) []standing {
	all := make([]standing, len(contenders))
	ours := rec.regrets(workload, contenders[0].name, workers, limit, k)
	var p []float64
	var tested []int
	for i, c := range contenders {
		v := rec.regrets(workload, c.name, workers, limit, k)
		s := standing{n: len(v), median: median(v), low: quantile(v, 0.25), high: quantile(v, 0.75), p: math.NaN()}
		if i > 0 && len(v) > 1 && len(ours) > 1 {
			s.p, s.effect = rankSum(ours, v)
			p, tested = append(p, s.p), append(tested, i)
		}
		all[i] = s
	}
	for j, adjusted := range holm(p) {
		s := &all[tested[j]]
		s.p = adjusted
		if adjusted < level {
			if s.verdict = 1; s.effect < 0.5 {
				s.verdict = -1
			}
		}
	}
	return all
}
