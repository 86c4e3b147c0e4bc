package table

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Column is one column of a table, for [NewRows].
type Column struct {
	Name string
	// Text tells that the cells are not numbers: such a column is never guessed
	// to be an objective.
	Text bool
	// Choices are the values that the source declares for the column, in order;
	// nil where it declares none. Where the space is inferred it has those that
	// no row has, too.
	Choices []string
	// Objective tells that the source itself marks the column as measured.
	Objective bool

	// unread is the first cell of a Text column that is no number, and its line; may be empty.
	unread string
}

// None as the name of a column in the options says that there is no such column.
const None = "-"

// roles says what the columns are.
type roles struct {
	id, budget, seed, instance, status, pick, origin int // -1 if there is none
	submitted, started, finished                     int
	objectives                                       []nasalyze.Objective
	groups                                           []group
	params                                           []param
	info                                             []int
	budgetName                                       string
	wide                                             bool
	// idIsTrial: the id column may count trials and not configurations.
	idIsTrial bool
	// leftOver: the parameters are the columns that are nothing else.
	leftOver bool
}

// group are the cells of a row that make one trial: in a long table one group,
// in a wide table one for each budget and seed.
type group struct {
	columns   []int // per objective, -1 if the table has none for this group
	budget    float64
	hasBudget bool
	seed      int64
	hasSeed   bool
}

type param struct {
	column int
	name   string
	// texts are the spellings of the choices that the space has, so that "1" and
	// 1 are told apart where the space does; nil without a space.
	texts map[string]nasalyze.Value
}

// resolver finds the roles of columns.
type resolver struct {
	columns  []Column
	names    []string // normal form
	taken    []string // role of a column, empty if it has none yet
	opt      source.Options
	space    *nasalyze.Space
	findings *source.Findings
	path     string
	prefix   string
	r        roles
}

func (v *resolver) resolve() (*roles, error) {
	v.names = make([]string, len(v.columns))
	v.taken = make([]string, len(v.columns))
	seen := make(map[string]int)
	for i, c := range v.columns {
		v.names[i] = normal(c.Name)
		if j, ok := seen[c.Name]; ok && c.Name != "" {
			return nil, fmt.Errorf("columns %d and %d are both named %q", j+1, i+1, c.Name)
		}
		seen[c.Name] = i
	}
	for _, step := range []func() error{v.explicit, v.markParams, v.guessRoles, v.objectives, v.restParams} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	v.rest()
	return &v.r, nil
}

// roleOption is a role that a column can have, with the option that names it.
type roleOption struct {
	at    *int
	role  string
	flag  string
	named string
	names [][]string
}

func (v *resolver) roleOptions() []roleOption {
	r, o := &v.r, &v.opt
	return []roleOption{
		{&r.budget, "budget", "--budget-column", o.BudgetColumn, budgetNames},
		{&r.id, "configuration id", "--id-column", o.IDColumn, idNames},
		{&r.seed, "seed", "--seed-column", o.SeedColumn, seedNames},
		{&r.instance, "instance", "--instance-column", o.InstanceColumn, instanceNames},
		{&r.status, "status", "--status-column", o.StatusColumn, statusNames},
		{&r.pick, "pick", "", "", pickNames},
		{&r.origin, "origin", "", "", originNames},
		{&r.submitted, "time submitted", "", "", submitNames},
		{&r.started, "time started", "", "", startNames},
		{&r.finished, "time finished", "", "", finishNames},
	}
}

// explicit gives the roles that the options state.
func (v *resolver) explicit() error {
	for _, o := range v.roleOptions() {
		*o.at = -1
		if o.named == "" || o.named == None {
			continue
		}
		i, err := v.column(o.named, o.flag)
		if err != nil {
			return err
		}
		if v.taken[i] != "" {
			return fmt.Errorf("column %q is both %s and %s", v.columns[i].Name, v.taken[i], o.role)
		}
		v.take(i, o.role, o.at)
	}
	return nil
}

func (v *resolver) take(i int, role string, at *int) {
	v.taken[i] = role
	if at != nil {
		*at = i
	}
	if role == "budget" {
		v.r.budgetName = v.short(v.columns[i].Name)
	}
}

// column finds a column by its name, or by the only one that differs from it in
// case or prefix.
func (v *resolver) column(name, flag string) (int, error) {
	for i, c := range v.columns {
		if c.Name == name {
			return i, nil
		}
	}
	found := -1
	for i, c := range v.columns {
		m, isMetric := parseMetric(c.Name)
		if v.names[i] == normal(name) || isMetric && m.Name == name {
			if found >= 0 {
				return 0, fmt.Errorf("%s %q could be column %q or %q", flag, name, v.columns[found].Name, c.Name)
			}
			found = i
		}
	}
	if found < 0 {
		names := make([]string, len(v.columns))
		for i, c := range v.columns {
			names[i] = c.Name
		}
		return 0, fmt.Errorf("no column %q for %s, expected one of %s%s", name, flag, v.list(nil), source.DidYouMean(name, names))
	}
	return found, nil
}

// list quotes the names of columns for messages; nil means all.
func (v *resolver) list(at []int) string {
	if at == nil {
		at = make([]int, len(v.columns))
		for i := range at {
			at[i] = i
		}
	}
	const most = 40
	parts := make([]string, 0, len(at))
	for k, i := range at {
		if k == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(at)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%q", v.columns[i].Name))
	}
	return strings.Join(parts, ", ")
}

func (v *resolver) note(code, format string, args ...any) {
	v.findings.Add(source.Finding{Severity: source.Note, Code: code, Path: v.path, Line: 1, Message: fmt.Sprintf(format, args...)})
}

func (v *resolver) warn(code, format string, args ...any) {
	v.findings.Add(source.Finding{Severity: source.Warn, Code: code, Path: v.path, Line: 1, Message: fmt.Sprintf(format, args...)})
}

// short is the name of a column without the prefix of parameters.
func (v *resolver) short(name string) string {
	if v.prefix != "" && len(name) > len(v.prefix) && strings.HasPrefix(name, v.prefix) {
		return name[len(v.prefix):]
	}
	return name
}

// markParams finds the columns that a prefix or the space marks as parameters.
func (v *resolver) markParams() error {
	for i, c := range v.columns {
		if _, ok := parseMetric(c.Name); ok && v.taken[i] == "" {
			v.taken[i] = "metric"
		}
	}
	v.prefix = v.opt.ConfigPrefix
	if v.prefix == "" {
		v.prefix = v.findPrefix()
	}
	if v.prefix != "" {
		for i, c := range v.columns {
			if v.taken[i] == "" && v.hasPrefix(c.Name, v.prefix) {
				v.addParam(i, v.short(c.Name))
			}
		}
		if len(v.r.params) == 0 {
			return fmt.Errorf("no column begins with --config-prefix %q: the columns are %s", v.prefix, v.list(nil))
		}
		if v.opt.ConfigPrefix == "" {
			v.note("config-columns", "the %d columns that begin with %q are taken as the parameters; --config-prefix names another beginning", len(v.r.params), v.prefix)
		}
		return nil
	}
	if v.space == nil {
		return nil
	}
	for i, c := range v.columns {
		if v.taken[i] == "" && v.space.Index(c.Name) >= 0 {
			v.addParam(i, c.Name)
		}
	}
	if len(v.r.params) > 0 {
		v.note("config-columns", "the %d columns that have the names of parameters of the search space are taken as the parameters", len(v.r.params))
	}
	return nil
}

func (v *resolver) hasPrefix(name, prefix string) bool {
	return len(name) > len(prefix) && strings.HasPrefix(name, prefix)
}

// findPrefix returns the first of the usual prefixes that a column has whose
// name is not one of bookkeeping, such as config_id.
func (v *resolver) findPrefix() string {
	for _, p := range prefixes {
		for i, c := range v.columns {
			if v.taken[i] != "" || !v.hasPrefix(c.Name, p) || among(idNames, v.names[i]) || among(originNames, v.names[i]) {
				continue
			}
			return p
		}
	}
	return ""
}

func among(lists [][]string, name string) bool {
	for _, l := range lists {
		if slices.Contains(l, name) {
			return true
		}
	}
	return false
}

func (v *resolver) addParam(i int, name string) {
	v.taken[i] = "parameter"
	p := param{column: i, name: name}
	if v.space != nil {
		if k := v.space.Index(name); k >= 0 && !v.space.Params[k].Numeric() {
			p.texts = make(map[string]nasalyze.Value)
			for _, c := range v.space.Params[k].Choices {
				s := CellText(c)
				if old, ok := p.texts[s]; ok && !old.Equal(c) {
					if _, isText := c.Text(); isText {
						continue // 1 and "1" are written the same: the number counts
					}
				}
				p.texts[s] = c
			}
			delete(p.texts, "")
		}
	}
	v.r.params = append(v.r.params, p)
}

// guessRoles gives roles by the usual names.
func (v *resolver) guessRoles() error {
	for _, o := range v.roleOptions() {
		if *o.at >= 0 || o.named == None {
			continue
		}
		i, err := v.guess(o)
		if err != nil {
			return err
		}
		if i < 0 {
			continue
		}
		v.take(i, o.role, o.at)
		code := strings.ReplaceAll(o.role, " ", "-") + "-column"
		if o.flag == "" {
			v.note(code, "column %q is taken as the %s because of its name", v.columns[i].Name, o.role)
			continue
		}
		v.note(code, "column %q is taken as the %s because of its name; %s names another, %q none", v.columns[i].Name, o.role, o.flag, None)
	}
	v.r.idIsTrial = v.r.id >= 0 && v.opt.IDColumn == "" && slices.Contains(idNames[2], v.names[v.r.id])
	return nil
}

func (v *resolver) guess(o roleOption) (int, error) {
	for _, names := range o.names {
		var found []int
		for i, name := range v.names {
			if v.taken[i] == "" && slices.Contains(names, name) {
				found = append(found, i)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1 && o.flag == "":
			return found[0], nil
		case len(found) > 1:
			return 0, fmt.Errorf("%d columns could be the %s: %s; say which with %s, or that there is none with %s %s", len(found), o.role, v.list(found), o.flag, o.flag, None)
		}
	}
	return -1, nil
}

// restParams takes the columns that are left as parameters where nothing marks
// the parameters.
func (v *resolver) restParams() error {
	if len(v.r.params) > 0 {
		return nil
	}
	if v.space != nil {
		return fmt.Errorf("no column has the name of a parameter of the search space: the columns are %s", v.list(nil))
	}
	wandb := slices.Contains(v.names, "name") && (slices.Contains(v.names, "created") || slices.Contains(v.names, "sweep"))
	for i, name := range v.names {
		switch {
		case v.taken[i] != "":
		case bookkeeping[name] || bookkeepingPattern.MatchString(name) || wandb && wandbNames[name]:
		case namesQuantity(v.columns[i].Name) && !isWeak(name) && !v.columns[i].Text:
			v.taken[i] = "other quantity"
		case seedOfSplit(v.columns[i].Name):
		default:
			v.addParam(i, v.columns[i].Name)
		}
	}
	if len(v.r.params) == 0 {
		return fmt.Errorf("no column is left for parameters: the columns are %s", v.list(nil))
	}
	v.r.leftOver = true
	at := make([]int, len(v.r.params))
	for k, p := range v.r.params {
		at[k] = p.column
	}
	v.note("config-columns", "the %d columns that are nothing else are taken as the parameters: %s; --config-prefix or a search space narrows them down", len(at), v.list(at))
	return nil
}

func isWeak(name string) bool { _, ok := weakWords[name]; return ok }

func seedOfSplit(name string) bool {
	p, ok := parseWide(name)
	return ok && (p.hasSeed || p.hasBudget)
}

// rest keeps what is left as free-form info, and says so.
func (v *resolver) rest() {
	for i, role := range v.taken {
		switch role {
		case "other quantity":
			v.r.info = append(v.r.info, i)
		case "":
			if v.names[i] != "" && v.names[i] != "index" && !strings.HasPrefix(v.names[i], "unnamed:") {
				v.r.info = append(v.r.info, i)
			}
		}
	}
	if len(v.r.info) > 0 {
		v.note("ignored-columns", "taken neither as parameters nor as anything else: %s%s", v.list(v.r.info), v.suggestBudget())
	}
}

// suggestBudget names the columns left over that may be the budget of a table
// that has none: such as user_attrs_epochs.
func (v *resolver) suggestBudget() string {
	if v.r.budget >= 0 || v.opt.BudgetColumn == None || slices.ContainsFunc(v.r.groups, func(g group) bool { return g.hasBudget }) {
		return ""
	}
	s := ""
	for _, i := range v.r.info {
		w := words(v.columns[i].Name)
		if len(w) > 0 && !v.columns[i].Text && among(budgetNames, w[len(w)-1]) {
			s += fmt.Sprintf("; if %q is the budget, say --budget-column %q", v.columns[i].Name, v.columns[i].Name)
		}
	}
	return s
}
