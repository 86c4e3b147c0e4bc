package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports/figure/chart"
)

// drawn are the searchers of the pictures, and their colours. Variants that hardly
// differ from ours with one worker would only hide it.
func (r *report) drawn() (who []*contender, colors []int) {
	color := 0
	for _, c := range contenders {
		switch {
		case c.name == "ours-adaptive" || c.name == "ours-async" && r.workers == 1:
			continue
		case c.name == "ours-async": // the last colour, so that the others keep theirs
			if slices.Contains(r.who, c) {
				defer func() { who, colors = append(who, c), append(colors, chart.MaxSeries-1) }()
			}
			continue
		case slices.Contains(r.who, c):
			who, colors = append(who, c), append(colors, color)
		}
		color++
	}
	return who, colors
}

// drawRegret draws the regret over the clock, a panel per workload.
func (r *report) drawRegret(out io.Writer) error {
	tick := func(v float64) string { return fmt.Sprintf("%g", v) }
	p := chart.Panels{
		Title: "Regret of the incumbent over cumulative budget", XAxis: "cumulative budget, full evaluations", YAxis: "regret",
		XTick: func(v float64) string { return fmt.Sprintf("%.3g", v) },
		YTick: func(v float64) string { return strings.Replace(tick(roundTo(v)), "e-0", "e-", 1) },
	}
	if r.workers > 1 {
		p.Title, p.XAxis = "Regret of the incumbent over the time of workers", "time, in full evaluations"
	}
	who, colors := r.drawn()
	p.Colors = colors
	for _, c := range who {
		p.Names = append(p.Names, c.title)
	}
	var alt []string
	for _, w := range r.works {
		bands := make([]chart.Band, len(who))
		for k := range checkpoints {
			all := r.standings(w, k)
			for i, c := range who {
				if s := all[slices.Index(r.who, c)]; s.n > 0 {
					b := &bands[i]
					b.X, b.Y, b.Lo, b.Hi = append(b.X, checkpoint(r.limit, k)), append(b.Y, s.median), append(b.Lo, s.low), append(b.Hi, s.high)
				}
			}
		}
		var said []string
		for i, c := range who {
			if y := bands[i].Y; len(y) > 0 {
				said = append(said, c.title+" "+formatRegret(y[len(y)-1]))
			}
		}
		panel := chart.Panel{Title: w.title, Bands: bands}
		p.Panels = append(p.Panels, panel)
		alt = append(alt, w.title+": "+strings.Join(said, ", "))
	}
	p.Alt = fmt.Sprintf("Median regret after %g full evaluations. %s.", r.limit, strings.Join(alt, "; "))
	return p.WriteSVG(out)
}

// roundTo takes rounding errors out of a tick.
func roundTo(v float64) float64 {
	var x float64
	fmt.Sscan(fmt.Sprintf("%.3g", v), &x)
	return x
}

// drawRanks draws the mean ranks at the end, nothing if there are too few workloads.
func (r *report) drawRanks(out io.Writer) error {
	q, ok := r.ranking(checkpoints - 1)
	if !ok {
		return nil
	}
	d := chart.Ranks{Title: "Mean ranks of searchers", Axis: fmt.Sprintf("mean rank of the median regret after %g full evaluations", r.limit), Names: q.names, Mean: q.ranks, Critical: q.critical}
	var said []string
	for i, name := range q.names {
		said = append(said, fmt.Sprintf("%s %.2f", name, q.ranks[i]))
	}
	d.Alt = fmt.Sprintf("Mean ranks over %d workloads: %s. Critical difference %.2f.", q.n, strings.Join(said, ", "), q.critical)
	return d.WriteSVG(out)
}
