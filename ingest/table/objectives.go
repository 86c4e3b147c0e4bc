package table

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
)

var (
	// metricName is how DeepCAVE (with a semicolon) and AMLTK (with a comma) head
	// the column of an objective.
	metricName   = regexp.MustCompile(`^metric:(.+) \[\s*([^;,\]]+)\s*[;,]\s*([^;,\]]+?)\s*\] \((maximize|minimize)\)$`)
	valueNumber  = regexp.MustCompile(`^(values|objectives?|costs?)_\d+$`)
	sklearnScore = "mean_test_score"
)

// parseMetric reads a heading such as "metric:accuracy [0.0; 1.0] (maximize)".
func parseMetric(name string) (nasalyze.Objective, bool) {
	m := metricName.FindStringSubmatch(name)
	if m == nil {
		return nasalyze.Objective{}, false
	}
	lower, err1 := strconv.ParseFloat(m[2], 64)
	upper, err2 := strconv.ParseFloat(m[3], 64)
	if err1 != nil || err2 != nil {
		return nasalyze.Objective{}, false
	}
	return nasalyze.Objective{Name: m[1], Maximize: m[4] == "maximize", Lower: lower, Upper: upper}, true
}

// metricHeading is the inverse of parseMetric.
func metricHeading(o nasalyze.Objective) string {
	direction := "minimize"
	if o.Maximize {
		direction = "maximize"
	}
	return fmt.Sprintf("metric:%s [%s; %s] (%s)", o.Name, bound(o.Lower), bound(o.Upper), direction)
}

func bound(x float64) string {
	if math.IsInf(x, 1) {
		return "+inf"
	}
	s := strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64))
	if strings.Trim(s, "-0123456789") == "" {
		s += ".0"
	}
	return s
}

// objectives finds the measured columns, and checks the directions in the options.
func (v *resolver) objectives() error {
	if err := v.findObjectives(); err != nil {
		return err
	}
	for _, list := range [][]string{v.opt.Maximize, v.opt.Minimize} {
		for _, name := range list {
			if !slices.ContainsFunc(v.r.objectives, func(o nasalyze.Objective) bool { return o.Name == name }) {
				names := make([]string, len(v.r.objectives))
				for i, o := range v.r.objectives {
					names[i] = strconv.Quote(o.Name)
				}
				return fmt.Errorf("no objective %q to give a direction, expected one of %s", name, strings.Join(names, ", "))
			}
		}
	}
	for i := range v.r.objectives {
		o := &v.r.objectives[i]
		stated := slices.Contains(v.opt.Maximize, o.Name) || slices.Contains(v.opt.Minimize, o.Name)
		if _, heading := parseMetric(v.headingOf(i)); !stated && !heading {
			v.guessDirection(o)
		}
		o.Maximize = v.opt.Direction(o.Name, o.Maximize)
	}
	return nil
}

// headingOf returns the name of the first column of an objective.
func (v *resolver) headingOf(objective int) string {
	for _, g := range v.r.groups {
		if c := g.columns[objective]; c >= 0 {
			return v.columns[c].Name
		}
	}
	return ""
}

// guessDirection decides by its name which direction of an objective is better.
func (v *resolver) guessDirection(o *nasalyze.Objective) {
	name := o.Name
	if v.scoredBySklearn(name) {
		o.Maximize = true
		v.note("direction-guess", "objective %q is maximised, as of all scores of scikit-learn more is better; --minimize %q turns it round", name, name)
		return
	}
	switch directionOf(name) {
	case surelyMore:
		o.Maximize = true
		v.warn("direction-guess", "objective %q is maximised, because its name says that more is better; if less is better, say --minimize %q, else --maximize %q", name, name, name)
	case maybeMore:
		v.warn("direction-guess", "objective %q is minimised, though its name suggests that more is better; if so, say --maximize %q, else --minimize %q", name, name, name)
	case untold:
		v.warn("direction-guess", "objective %q is minimised, as its name does not say whether more or less is better; if more is better, say --maximize %q, else --minimize %q", name, name, name)
	}
}

// scoredBySklearn reports whether a column is a mean score of scikit-learn's
// cv_results_, which ranks by each score that it has (rank_test_...).
func (v *resolver) scoredBySklearn(name string) bool {
	score, ok := strings.CutPrefix(normal(name), "mean_test_")
	return ok && (score == "score" || slices.Contains(v.names, "rank_test_"+score))
}

func (v *resolver) findObjectives() error {
	if v.opt.Wide != "" {
		return v.statedWide()
	}
	if len(v.opt.Objectives) > 0 {
		return v.namedObjectives()
	}
	var found []int
	for i := range v.columns {
		if v.taken[i] == "metric" {
			found = append(found, i)
		}
	}
	if len(found) > 0 {
		v.long(found)
		return nil
	}
	for i, c := range v.columns {
		if v.taken[i] == "" && c.Objective {
			found = append(found, i)
		}
	}
	if len(found) > 0 {
		v.long(found)
		return nil
	}
	for i := range v.columns {
		if v.taken[i] == "" && valueNumber.MatchString(v.names[i]) {
			found = append(found, i)
		}
	}
	if len(found) > 1 && !v.budgetless(found) {
		return fmt.Errorf("%s could be several objectives or one at several budgets; say which with --objective or --wide", v.list(found))
	}
	if len(found) > 0 {
		v.long(found)
		v.note("objective-column", "the columns %s are taken as the objectives because of their names", v.list(found))
		return nil
	}
	if done, err := v.guessedWide(nil); done || err != nil {
		return err
	}
	for i, name := range v.names {
		if name == sklearnScore && v.taken[i] == "" {
			v.long([]int{i})
			v.note("objective-column", "column %q is taken as the objective because scikit-learn names it so; --objective names another", v.columns[i].Name)
			return nil
		}
	}
	for i, c := range v.columns {
		if v.taken[i] == "" && !c.Text && namesQuantity(c.Name) && !bookkeepingPattern.MatchString(v.names[i]) {
			found = append(found, i)
		}
	}
	if y := slices.Index(v.names, "y"); len(found) == 0 && y >= 0 && v.taken[y] == "" && !v.columns[y].Text {
		found = append(found, y) // beside another candidate it is a parameter, as x is
	}
	switch len(found) {
	case 0:
		return fmt.Errorf("no column seems to be an objective%s; say which with --objective: the columns are %s", v.unreadObjective(), v.list(nil))
	case 1:
		v.long(found)
		v.note("objective-column", "column %q is taken as the objective because of its name; --objective names another", v.columns[found[0]].Name)
		return nil
	}
	return fmt.Errorf("%d columns could be the objective: %s; say which with --objective", len(found), v.list(found))
}

// unreadObjective names the column that would be the objective if its cells were numbers.
func (v *resolver) unreadObjective() string {
	for i, c := range v.columns {
		if v.taken[i] == "" && c.unread != "" && namesQuantity(c.Name) {
			return fmt.Sprintf(": %q has the name of one, but holds %s, expected numbers", c.Name, c.unread)
		}
	}
	return ""
}

// budgetless reports that columns such as values_0 and values_1, numbered from 0
// or 1 without a gap, count objectives and not budgets.
func (v *resolver) budgetless(found []int) bool {
	for k, i := range found {
		name := v.names[i]
		n, _ := strconv.Atoi(name[strings.LastIndexByte(name, '_')+1:])
		if n != k && n != k+1 || strings.HasPrefix(name, "cost") {
			return false
		}
	}
	return true
}

// namedObjectives takes the columns that the options name, or of a wide table
// the columns that measure what they name.
func (v *resolver) namedObjectives() error {
	var found []int
	for _, name := range v.opt.Objectives {
		i, err := v.column(name, "--objective")
		if err != nil {
			if done, wideErr := v.guessedWide(v.opt.Objectives); done || wideErr != nil {
				return wideErr
			}
			return err
		}
		if v.taken[i] == "parameter" {
			v.r.params = slices.DeleteFunc(v.r.params, func(p param) bool { return p.column == i })
		} else if v.taken[i] != "" && v.taken[i] != "metric" {
			return fmt.Errorf("column %q is both %s and an objective", v.columns[i].Name, v.taken[i])
		}
		if slices.Contains(found, i) {
			return fmt.Errorf("--objective %q is given twice", name)
		}
		found = append(found, i)
	}
	v.long(found)
	return nil
}

// long makes one objective of each column.
func (v *resolver) long(columns []int) {
	for _, i := range columns {
		v.taken[i] = "objective"
		o, ok := parseMetric(v.columns[i].Name)
		if !ok {
			o = nasalyze.Objective{Name: v.columns[i].Name, Lower: math.NaN(), Upper: math.NaN()}
		}
		v.r.objectives = append(v.r.objectives, o)
	}
	v.r.groups = []group{{columns: columns}}
}

// statedWide takes the columns that match the pattern of the options.
func (v *resolver) statedWide() error {
	name := ""
	if len(v.opt.Objectives) == 1 && !strings.Contains(v.opt.Wide, objectiveMark) {
		name = v.opt.Objectives[0]
	}
	pattern, err := compileWide(v.opt.Wide, name)
	if err != nil {
		return err
	}
	places := make(map[int]cellPlace)
	for i, c := range v.columns {
		if v.taken[i] != "" && v.taken[i] != "parameter" {
			continue
		}
		if p, ok := pattern.match(c.Name); ok && (name != "" || v.wanted(p.objective, v.opt.Objectives)) {
			places[i] = p
			if v.taken[i] == "parameter" {
				v.taken[i] = ""
				v.r.params = slices.DeleteFunc(v.r.params, func(p param) bool { return p.column == i })
			}
		}
	}
	if len(places) == 0 {
		return fmt.Errorf("no column matches --wide %q: the columns are %s", v.opt.Wide, v.list(nil))
	}
	return v.placeWide(places)
}

func (v *resolver) wanted(name string, names []string) bool {
	return len(names) == 0 || slices.Contains(names, name)
}

// guessedWide looks for columns that measure one thing at several budgets or
// with several seeds. only restricts it to the named objectives.
func (v *resolver) guessedWide(only []string) (bool, error) {
	places := make(map[int]cellPlace)
	stems := make(map[string]int)
	var order []string
	for i, c := range v.columns {
		if v.taken[i] != "" || c.Text || bookkeepingPattern.MatchString(v.names[i]) {
			continue
		}
		if p, ok := parseWide(c.Name); ok && v.wanted(p.objective, only) {
			places[i] = p
			if stems[p.objective]++; stems[p.objective] == 1 {
				order = append(order, p.objective)
			}
		}
	}
	order = slices.DeleteFunc(order, func(stem string) bool { return stems[stem] < 2 })
	for i := range v.columns {
		if p, ok := places[i]; ok && stems[p.objective] < 2 {
			delete(places, i)
		}
	}
	if len(places) == 0 {
		return false, nil
	}
	if len(order) > 1 && only == nil {
		return false, fmt.Errorf("the columns of several quantities carry numbers: %s; say which are objectives with --objective, or with --wide", strings.Join(quoteAll(order), ", "))
	}
	if err := v.placeWide(places); err != nil {
		return false, err
	}
	v.note("wide-columns", "the table is taken as wide, one row per configuration: %s; --wide gives another pattern", v.describeWide())
	return true, nil
}

func quoteAll(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return out
}

// placeWide makes the groups of a wide table.
func (v *resolver) placeWide(places map[int]cellPlace) error {
	v.r.wide = true
	for i := range v.columns {
		p, ok := places[i]
		if !ok {
			continue
		}
		name := v.columns[i].Name
		if p.hasBudget && v.r.budget >= 0 {
			return fmt.Errorf("column %q holds a budget and the table has a budget column %q; say --budget-column %s, or name the objective with --objective", name, v.columns[v.r.budget].Name, None)
		}
		if p.hasSeed && v.r.seed >= 0 {
			return fmt.Errorf("column %q holds a seed and the table has a seed column %q; say --seed-column %s, or name the objective with --objective", name, v.columns[v.r.seed].Name, None)
		}
		v.taken[i] = "objective"
		k := slices.IndexFunc(v.r.objectives, func(o nasalyze.Objective) bool { return o.Name == p.objective })
		if k < 0 {
			k = len(v.r.objectives)
			v.r.objectives = append(v.r.objectives, nasalyze.Objective{Name: p.objective, Lower: math.NaN(), Upper: math.NaN()})
		}
		g := slices.IndexFunc(v.r.groups, func(g group) bool {
			return g.budget == p.budget && g.hasBudget == p.hasBudget && g.seed == p.seed && g.hasSeed == p.hasSeed
		})
		if g < 0 {
			g = len(v.r.groups)
			v.r.groups = append(v.r.groups, group{budget: p.budget, hasBudget: p.hasBudget, seed: p.seed, hasSeed: p.hasSeed})
		}
		for len(v.r.groups[g].columns) <= k {
			v.r.groups[g].columns = append(v.r.groups[g].columns, -1)
		}
		if old := v.r.groups[g].columns[k]; old >= 0 {
			return fmt.Errorf("columns %q and %q both hold %q at the same budget and seed", v.columns[old].Name, name, p.objective)
		}
		v.r.groups[g].columns[k] = i
		if p.hasBudget && v.r.budgetName == "" {
			v.r.budgetName = p.budgetKey
		}
	}
	for g := range v.r.groups {
		for len(v.r.groups[g].columns) < len(v.r.objectives) {
			v.r.groups[g].columns = append(v.r.groups[g].columns, -1)
		}
	}
	if v.r.budgetName == "" && slices.ContainsFunc(v.r.groups, func(g group) bool { return g.hasBudget }) {
		v.r.budgetName = "budget"
	}
	return nil
}

// describeWide says which budgets and seeds the columns of a wide table have.
func (v *resolver) describeWide() string {
	var budgets, seeds []string
	for _, g := range v.r.groups {
		b, s := strconv.FormatFloat(g.budget, 'g', -1, 64), strconv.FormatInt(g.seed, 10)
		if g.hasBudget && !slices.Contains(budgets, b) {
			budgets = append(budgets, b)
		}
		if g.hasSeed && !slices.Contains(seeds, s) {
			seeds = append(seeds, s)
		}
	}
	names := make([]string, len(v.r.objectives))
	for i, o := range v.r.objectives {
		names[i] = strconv.Quote(o.Name)
	}
	s := strings.Join(names, ", ")
	for _, axis := range []struct {
		name   string
		values []string
	}{{v.r.budgetName, budgets}, {"seed", seeds}} {
		if len(axis.values) > 8 {
			axis.values = append(axis.values[:7:7], "...", axis.values[len(axis.values)-1])
		}
		if len(axis.values) > 0 {
			s += fmt.Sprintf(", %s %s", axis.name, strings.Join(axis.values, " "))
		}
	}
	return s
}
