package reports

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// Advice is a test against noise: in each round every column gets a shadow, a
// copy of it in random order, a forest is fitted to columns and shadows, and a
// parameter scores if its total effect is above that of the best shadow
// (Boruta: Kursa and Rudnicki 2010, with Sobol' totals in place of the
// permutation importance). A parameter that never beats shuffled copies has shown no
// effect, alone or in interaction.
const (
	shadowRounds = 24
	shadowTrees  = 24
	shadowAlpha  = 0.05 // two-sided, Bonferroni over the parameters
	// negligible is a share of the variance, interactions included; twice as much
	// is still let go where the shuffled copies are significantly better.
	negligible = 0.05
	// shadowRows bounds the work of a round: more configurations than this are sampled.
	shadowRows = 3000
	// clearing is the out-of-bag R2 from which on the absence of an effect is evidence: a forest that
	// explains nothing finds no effect of anything.
	clearing = 0.1
)

// advise judges every parameter at the highest budget with a decided importance.
func (z *analyzer) advise() error {
	b := z.highestDecided()
	why := ""
	switch {
	case nasalyze.Derived(z.a.Objective.Name):
		why = "advice is about what the search optimises, not about " + z.a.Objective.Name
	case b < 0:
		why = "no budget has an importance that can be trusted"
	}
	if why != "" {
		for _, p := range z.a.Params {
			z.a.Advice = append(z.a.Advice, Advice{Param: p.Name, Action: "undecided", Evidence: why})
		}
		return nil
	}
	scores, floor, err := z.shadows(b)
	if err != nil {
		return err
	}
	out := &z.a.Budgets[b]
	for i, p := range z.a.Params {
		main := out.Importance[i].Individual
		total := out.Importance[i].Sobol
		adv := Advice{Param: p.Name, Action: "undecided", Evidence: fmt.Sprintf("explains %s alone, %s with interactions; beats the best shuffled copy (%s) in %d of %d rounds",
			percent(main), percent(total), share(floor), scores[i], shadowRounds)}
		more, fewer := unlikely(scores[i], len(z.a.Params))
		// Noise is no evidence of absence: to leave the space, a parameter must have
		// an interval that ends below what is negligible.
		small := total.Hi <= negligible || fewer && total.Hi <= 2*negligible
		switch {
		case more:
			adv.Action = "keep"
		case out.OOB.R2 < clearing:
			adv.Evidence += fmt.Sprintf("; the forest explains too little to exclude an effect (out-of-bag R² %s)", rho(out.OOB.R2))
		case !small:
			adv.Evidence += "; a larger effect is not excluded"
		case z.children(p.Name) != "":
			adv.Evidence += "; fixing it would also decide about " + z.children(p.Name)
		case z.incumbentValue(i, out) == "":
			adv.Evidence += "; the incumbent does not use it"
		default:
			adv.Action, adv.Value = "fix", z.incumbentValue(i, out)
		}
		z.a.Advice = append(z.a.Advice, adv)
	}
	return nil
}

// unlikely tells whether as many hits or more, and as many or fewer, are too many or too few to be chance, by which
// a parameter scores with probability at most 1/2.
func unlikely(hits, params int) (more, fewer bool) {
	null := distuv.Binomial{N: shadowRounds, P: 0.5}
	alpha := shadowAlpha / 2 / float64(params)
	return null.Survival(float64(hits-1)) <= alpha, null.CDF(float64(hits)) <= alpha
}

func (z *analyzer) highestDecided() int {
	for b := len(z.a.Budgets) - 1; b >= 0; b-- {
		if z.a.Budgets[b].Decided {
			return b
		}
	}
	return -1
}

// shadows counts for each column the rounds in which its total effect exceeds
// that of all shadows, and returns the mean of the latter.
func (z *analyzer) shadows(b int) (scores []int, floor float64, err error) {
	t := z.tables[b]
	d := t.D
	opt := z.models[b].options
	opt.Trees, opt.NoOutOfBag, opt.Progress = shadowTrees, true, nil
	cols := append(z.columns(), z.columns()...)
	n := min(t.N, shadowRows)
	x, y := make([]float64, n*2*d), make([]float64, n)
	scores = make([]int, d)
	report := z.progress("comparing with shuffled copies")
	for round := range shadowRounds {
		src := rand.New(rand.NewPCG(z.opt.Seed, 1<<32+uint64(round)))
		rows := src.Perm(t.N)[:n]
		for i, row := range rows {
			copy(x[i*2*d:], t.Row(row))
			y[i] = t.Y[row]
		}
		for j := range d {
			for i, from := range src.Perm(n) {
				x[i*2*d+d+j] = t.X[rows[from]*d+j]
			}
		}
		opt.Seed = src.Uint64()
		f, err := forest.Fit(z.ctx, x, y, nil, cols, opt)
		if err != nil {
			return nil, 0, err
		}
		dec, err := fanova.New(f, z.decomposition(b))
		if err != nil {
			return nil, 0, err
		}
		totals, err := dec.Totals(z.ctx)
		if err != nil {
			return nil, 0, err
		}
		best := 0.0
		for j := range d {
			best = max(best, totals[d+j].Stat.Mean)
		}
		for j := range d {
			if totals[j].Stat.Mean > best {
				scores[j]++
			}
		}
		floor += best / shadowRounds
		if report != nil {
			report(round+1, shadowRounds)
		}
	}
	return scores, floor, nil
}

// children lists the parameters whose conditions mention name.
func (z *analyzer) children(name string) string {
	list := ""
	for i := range z.study.Space.Conditions {
		c := &z.study.Space.Conditions[i]
		for _, parent := range c.When.Params() {
			if parent == name {
				if list != "" {
					list += ", "
				}
				list += c.Child
				break
			}
		}
	}
	return list
}

// incumbentValue is the value of parameter i in the incumbent, as text, empty if inactive.
func (z *analyzer) incumbentValue(i int, b *Budget) string {
	for c, at := range z.position {
		if at == b.Best.Config {
			return z.study.Configs[c].Values[z.cols[i]].String()
		}
	}
	return ""
}

// Prune returns the search space with every parameter that the advice fixes
// replaced by a constant of its value, and how many there are.
func Prune(space *nasalyze.Space, advice []Advice) (*nasalyze.Space, int, error) {
	params := make([]nasalyze.Param, len(space.Params))
	copy(params, space.Params)
	n := 0
	for _, adv := range advice {
		i := space.Index(adv.Param)
		if adv.Action != "fix" || i < 0 {
			continue
		}
		v, err := parseValue(&params[i], adv.Value)
		if err != nil {
			return nil, 0, err
		}
		params[i] = nasalyze.Param{Name: adv.Param, Kind: nasalyze.Constant, Choices: []nasalyze.Value{v}, Default: v}
		n++
	}
	pruned, err := nasalyze.NewSpace(space.Name, params, space.Conditions, space.Forbidden)
	return pruned, n, err
}

// parseValue finds the value that prints as text.
func parseValue(p *nasalyze.Param, text string) (nasalyze.Value, error) {
	for _, c := range p.Choices {
		if c.String() == text {
			return c, nil
		}
	}
	if p.Numeric() {
		if v, err := nasalyze.ParseNumber(text); err == nil && p.Check(v) == nil {
			return v, nil
		}
	}
	return nasalyze.Value{}, fmt.Errorf("reports: advice fixes parameter %q to %q, expected a value of %s", p.Name, text, p.Range())
}

// percent formats a share with its interval, where there is one.
func percent(s Stat) string {
	if math.IsNaN(s.Lo) || math.IsNaN(s.Hi) {
		return share(s.Mean)
	}
	return fmt.Sprintf("%s (%s to %s)", share(s.Mean), share(s.Lo), share(s.Hi))
}

// share formats a share of one in percent, with a decimal where it is small.
func share(v float64) string {
	switch {
	case math.IsNaN(v):
		return "an unknown share"
	case v < 0.0995:
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return fmt.Sprintf("%.0f %%", 100*v)
}
