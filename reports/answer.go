package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
)

// Thresholds of the verdicts. HpBandSter's documentation advises to raise the
// smallest budget where neighbouring budgets correlate below about 0.2; 0.5 is
// where the better half of one budget is still mostly the better half of the next.
const (
	rankCarries = 0.5
	rankLost    = 0.2
)

// answer puts the results in words, most important first.
func (z *analyzer) answer() error {
	z.a.Answers = append(z.a.Answers, z.answerRanks(), z.answerImportance())
	if len(z.a.Shifts) > 0 {
		z.a.Answers = append(z.a.Answers, z.answerShift())
	}
	if !nasalyze.Derived(z.a.Objective.Name) {
		z.a.Answers = append(z.a.Answers, z.answerPrune())
	}
	for _, answer := range []func() (Answer, bool){z.answerGrowth, z.answerFailures} {
		if ans, ok := answer(); ok {
			z.a.Answers = append(z.a.Answers, ans)
		}
	}
	if unknown := z.answerUnknown(); unknown.Text != "" {
		z.a.Answers = append(z.a.Answers, unknown)
	}
	return nil
}

// answerRanks judges the correlation from each budget to the next and from the
// lowest to the highest, by their intervals.
func (z *analyzer) answerRanks() Answer {
	ans := Answer{Question: "Do ranks carry over from small budgets to large ones?", Verdict: "undecided"}
	last := len(z.a.Budgets) - 1
	if last < 1 {
		ans.Text = "The log has one budget only, so there is nothing to compare."
		return ans
	}
	var told []*Correlation
	var steps, unknown []string
	verdicts := make(map[string]int)
	var far *Correlation
	for i := range z.a.Correlations {
		c := &z.a.Correlations[i]
		if c.LowIndex == 0 && c.HighIndex == last {
			far = c
		}
		if c.HighIndex != c.LowIndex+1 {
			continue
		}
		verdicts[rankVerdict(c)]++
		if math.IsNaN(c.Spearman.Rho) {
			unknown = append(unknown, fmt.Sprintf("%s to %s cannot be told (%s)", z.label(c.Low), z.label(c.High), c.Spearman.Reason))
			continue
		}
		told = append(told, c)
		steps = append(steps, fmt.Sprintf("%s to %s: ρ = %s (%s)", z.label(c.Low), z.label(c.High), rho(c.Spearman.Rho), z.evidence(c)))
	}
	if len(steps) > 4 {
		steps = []string{rhoRange(told)}
	}
	next := "From each budget to the next"
	switch {
	case len(told) == 0:
		ans.Text = next + " it cannot be told: "
	case verdicts["yes"] == last:
		ans.Verdict, ans.Text = "yes", next+", yes. "
		if last > 1 && rankVerdict(far) != "yes" {
			ans.Verdict = "partly"
		}
	case verdicts["no"] == last:
		ans.Verdict, ans.Text = "no", next+", no. "
	case verdicts["no"] > 0 && verdicts["yes"]+verdicts["partly"] == 0:
		ans.Verdict, ans.Text = "no", "Not from each budget to the next. "
	case verdicts["yes"]+verdicts["partly"] > 0:
		ans.Verdict, ans.Text = "partly", next+", in part. "
	default:
		ans.Text = next + " the intervals are too wide to say. "
	}
	ans.Text += strings.Join(append(steps, unknown...), "; ") + "."
	if last > 1 && far != nil {
		ans.Text += " " + z.farText(far)
	}
	return ans
}

// rhoRange is the weakest and the strongest of many correlations.
func rhoRange(cs []*Correlation) string {
	low, high := cs[0], cs[0]
	for _, c := range cs {
		if c.Spearman.Rho < low.Spearman.Rho {
			low = c
		}
		if c.Spearman.Rho > high.Spearman.Rho {
			high = c
		}
	}
	return fmt.Sprintf("Neighbours correlate with ρ = %s (%v to %v, n = %d) to ρ = %s (%v to %v, n = %d)",
		rho(low.Spearman.Rho), low.Low, low.High, low.N, rho(high.Spearman.Rho), high.Low, high.High, high.N)
}

// rankVerdict judges one correlation by its interval.
func rankVerdict(c *Correlation) string {
	s := c.Spearman
	switch {
	case math.IsNaN(s.Rho) || math.IsNaN(s.Lo):
		return "undecided"
	case s.Lo >= rankCarries:
		return "yes"
	case s.Hi < rankLost:
		return "no"
	case s.Lo > 0:
		return "partly"
	}
	return "undecided"
}

func (z *analyzer) farText(c *Correlation) string {
	from := fmt.Sprintf("From the lowest to the highest budget (%s to %s)", z.label(c.Low), z.label(c.High))
	if math.IsNaN(c.Spearman.Rho) {
		return fmt.Sprintf("%s it cannot be told: %s.", from, c.Spearman.Reason)
	}
	text := fmt.Sprintf("%s ρ = %s (%s).", from, rho(c.Spearman.Rho), z.evidence(c))
	if c.N < c.NLow/2 {
		if z.promoted(c) {
			text += fmt.Sprintf(" These %d are what the search promoted out of %d, so the correlation is over winners only", c.N, c.NLow)
		} else {
			text += fmt.Sprintf(" These %d are part of %d, not clearly the better ones", c.N, c.NLow)
		}
		if !math.IsNaN(c.Surrogate.Rho) {
			text += fmt.Sprintf("; over the whole space the two forests' predictions correlate with ρ = %s", rho(c.Surrogate.Rho))
		}
		text += "."
	}
	return text
}

// promoted tells whether the configurations of a correlation are clearly the better ones at its lower
// budget, by the rank-sum test (Wilcoxon, "Individual comparisons by ranking methods", 1945) at the 5 % level.
func (z *analyzer) promoted(c *Correlation) bool {
	low, high := z.tables[c.LowIndex], z.tables[c.HighIndex]
	sum, n := 0.0, 0.0
	for i, rank := range correlation.Ranks(low.Y) {
		if _, both := slices.BinarySearch(high.Configs, low.Configs[i]); both {
			sum += rank
			n++
		}
	}
	all := float64(low.N)
	return (sum/n-(all+1)/2)/math.Sqrt((all+1)*(all-n)/(12*n)) < -1.645
}

// evidence is the sample size and the interval of a correlation.
func (z *analyzer) evidence(c *Correlation) string {
	if math.IsNaN(c.Spearman.Lo) {
		return fmt.Sprintf("n = %d", c.N)
	}
	return fmt.Sprintf("%.0f %% interval %s to %s, n = %d", 100*z.opt.Confidence, rho(c.Spearman.Lo), rho(c.Spearman.Hi), c.N)
}

// ranked returns the indices of the parameters by falling individual importance.
func ranked(b *Budget, d int) []int {
	order := make([]int, d)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch a, b := b.Importance[i].Individual.Mean, b.Importance[j].Individual.Mean; {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	return order
}

func (z *analyzer) answerImportance() Answer {
	ans := Answer{Question: "What matters at the full budget?", Verdict: "undecided"}
	last := len(z.a.Budgets) - 1
	b := z.highestDecided()
	if b < 0 {
		ans.Text = "It cannot be told at any budget."
		if last >= 0 {
			ans.Text += fmt.Sprintf(" At %s: %s.", z.at(z.a.Budgets[last].Budget), z.a.Budgets[last].Reason)
		}
		return ans
	}
	out := &z.a.Budgets[b]
	ans.Verdict = "yes"
	if b != last {
		ans.Verdict = "partly"
		ans.Text = fmt.Sprintf("At the full budget, %s, it cannot be told: %s. The highest with an answer is %s. ",
			z.at(z.a.Budgets[last].Budget), z.a.Budgets[last].Reason, z.at(out.Budget))
	}
	var parts []string
	open := true
	for _, i := range ranked(out, len(z.params)) {
		s := out.Importance[i].Individual
		if len(parts) == 3 || len(parts) > 0 && s.Mean < 0.05 {
			break
		}
		parts = append(parts, fmt.Sprintf("%s explains %s", z.a.Params[i].Name, percent(s)))
		open = open && s.Lo < unsettled // false without intervals, which are NaN
	}
	ans.Text += fmt.Sprintf("At %s, of the variance of %s over the space, %s.", z.at(out.Budget), z.a.Objective.Name, list(parts))
	if open {
		ans.Verdict = "partly"
		ans.Text += " How much is not settled: the intervals begin near 0."
	}
	if len(out.Surfaces) > 0 && out.Surfaces[0].Share >= 0.02 {
		s := out.Surfaces[0]
		ans.Text += fmt.Sprintf(" The strongest interaction is %s with %s (%s).", s.Params[0], s.Params[1], share(s.Share))
	}
	if len(z.params) > 2 && !math.IsNaN(out.HigherOrder.Mean) {
		ans.Text += fmt.Sprintf(" Interactions of three or more hold %s.", share(out.HigherOrder.Mean))
	}
	ans.Text += fmt.Sprintf(" The forest predicts unseen configurations with R² = %.2f (%d of them).", out.OOB.R2, out.OOB.N)
	return ans
}

// unsettled is the share of the variance that the interval of some main effect must begin
// at for the question what matters to be answered.
const unsettled = 0.01

func (z *analyzer) answerShift() Answer {
	ans := Answer{Question: "Does the importance move with the budget?", Verdict: "undecided"}
	var gain, loss []string
	for _, s := range z.a.Shifts {
		if !s.Decided {
			continue
		}
		text := fmt.Sprintf("%s (%s points, interval %s to %s)", s.Param, points(s.Change.Mean), points(s.Change.Lo), points(s.Change.Hi))
		if s.Change.Mean > 0 {
			gain = append(gain, text)
		} else {
			loss = append(loss, text)
		}
	}
	between := fmt.Sprintf("Between %s and %s", z.at(z.a.Shifts[0].Low), z.label(z.a.Shifts[0].High))
	switch {
	case len(gain)+len(loss) == 0 && math.IsNaN(z.a.Shifts[0].Change.Lo):
		ans.Text = between + " the change has no interval, so it cannot be told."
	case len(gain)+len(loss) == 0:
		ans.Text = between + " no change is larger than its interval."
	default:
		ans.Verdict = "yes"
		ans.Text = between
		if len(gain) > 0 {
			ans.Text += " these gain: " + list(gain)
		}
		if len(loss) > 0 {
			if len(gain) > 0 {
				ans.Text += ";"
			}
			ans.Text += " these lose: " + list(loss)
		}
		ans.Text += "."
	}
	return ans
}

func (z *analyzer) answerPrune() Answer {
	ans := Answer{Question: "Which parameters can leave the space?", Verdict: "undecided"}
	var fix, keep, open []string
	for _, adv := range z.a.Advice {
		switch adv.Action {
		case "fix":
			fix = append(fix, fmt.Sprintf("%s (fix it at %s)", adv.Param, inWords(adv.Value)))
		case "keep":
			keep = append(keep, adv.Param)
		default:
			open = append(open, adv.Param)
		}
	}
	switch {
	case z.highestDecided() < 0:
		ans.Text = "It cannot be told: no budget has an importance that can be trusted."
		return ans
	case len(fix) > 0:
		ans.Verdict = "yes"
		ans.Text = fmt.Sprintf("With all their interactions these explain too little to matter, intervals included: %s.", list(fix))
	case len(open) == 0:
		ans.Verdict = "no"
		ans.Text = "None: every parameter has an effect beyond that of its shuffled copy."
	default:
		ans.Text = "None for certain."
	}
	if len(keep) > 0 && len(open)+len(fix) > 0 {
		ans.Text += fmt.Sprintf(" Keep %s.", list(keep))
	}
	if len(open) > 0 {
		ans.Text += fmt.Sprintf(" The log does not decide about %s.", list(open))
	}
	return ans
}

// answerUnknown lists what the log cannot tell.
func (z *analyzer) answerUnknown() Answer {
	ans := Answer{Question: "What cannot be told?", Verdict: "undecided"}
	var parts []string
	for i := range z.a.Budgets {
		if b := &z.a.Budgets[i]; !b.Decided {
			parts = append(parts, fmt.Sprintf("the importance at %s (%s)", z.at(b.Budget), b.Reason))
		}
	}
	for i := range z.a.Correlations {
		if c := &z.a.Correlations[i]; math.IsNaN(c.Spearman.Rho) {
			parts = append(parts, fmt.Sprintf("the rank correlation of %s and %s (%s)", z.label(c.Low), z.label(c.High), c.Spearman.Reason))
		}
	}
	if len(parts) > 0 {
		text := strings.Join(parts, "; ")
		ans.Text = strings.ToUpper(text[:1]) + text[1:] + "."
	}
	return ans
}

// label is a budget with its unit.
func (z *analyzer) label(budget float64) string {
	text := strconv.FormatFloat(budget, 'g', 4, 64)
	if budget >= 1e4 && budget < 1e15 && budget == math.Trunc(budget) {
		text = strconv.FormatFloat(budget, 'f', 0, 64)
	}
	switch {
	case z.study.BudgetUnit != "":
		text += " " + z.study.BudgetUnit
	case z.study.BudgetName != "" && z.study.BudgetName != "budget":
		text += " " + z.study.BudgetName
	}
	return text
}

// at is a budget within a sentence.
func (z *analyzer) at(budget float64) string {
	if budget == 0 && len(z.tables) == 1 {
		return "the only budget"
	}
	text := z.label(budget)
	if !strings.Contains(text, " ") {
		return "budget " + text
	}
	return text
}

// rho formats a correlation with a true minus sign, and none before zero.
func rho(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	if text == "-0.00" {
		return "0.00"
	}
	return strings.Replace(text, "-", "−", 1)
}

// points formats a change of a share in percentage points, with its sign.
func points(v float64) string {
	return strings.Replace(fmt.Sprintf("%+.0f", 100*v), "-", "−", 1)
}

// list joins parts as in a sentence.
func list(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// inWords shortens a long number; the exact one is in the advice and the pruned space.
func inWords(value string) string {
	if x, err := strconv.ParseFloat(value, 64); err == nil && len(value) > 6 {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	return value
}
