package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/importance"
)

// Path is the ablation path from one configuration to the incumbent: which changes
// lead from one to the other, in the order in which each next one helps most.
type Path struct {
	Budget float64 `json:"budget"`
	// From is the id of the first configuration, "default" for that of the space; To
	// that of the incumbent.
	From string `json:"from"`
	To   string `json:"to"`
	// Start and End are the predicted results of both, in natural units, over the trees.
	Start Spread     `json:"start"`
	End   Spread     `json:"end"`
	Steps []PathStep `json:"steps,omitempty"`
	// Reason says why there is no path.
	Reason string `json:"reason,omitempty"`
}

// PathStep is one change of a path.
type PathStep struct {
	// Changes of the parameters, the one that was chosen and those that its
	// conditions switch on or off with it.
	Changes []Change `json:"changes"`
	// Result is the predicted result after the step.
	Result Spread `json:"result"`
	// Gain is how much better the step is predicted to make the result; negative
	// where it makes it worse.
	Gain Spread `json:"gain"`
}

// Change is a parameter with its values before and after, as text; empty where inactive.
type Change struct {
	Param string `json:"param"`
	From  string `json:"from"`
	To    string `json:"to"`
}

const fromDefault = "default"

// path computes the ablation path at the largest decided budget.
func (z *analyzer) path() error {
	b := z.focus()
	if b < 0 {
		return nil
	}
	t := z.tables[b]
	best := t.Configs[incumbent(t)]
	out := &Path{Budget: t.Budget, From: fromDefault, To: z.study.Configs[best].ID}
	z.a.Path = out
	if z.opt.Table.Inactive != nasalyze.UniformInactive && len(z.study.Space.Conditions) > 0 {
		out.Reason = "values stand in for inactive parameters, and a path would change them"
		return nil
	}
	from, reason := z.start(out)
	if reason != "" {
		out.Reason = reason
		return nil
	}
	start, reason := z.encode(from)
	if reason != "" {
		out.Reason = reason
		return nil
	}
	path, err := importance.Ablate(z.ctx, z.models[b].forest, start, t.Row(incumbent(t)), importance.AblationOptions{Active: z.activeAt, Legal: z.legal})
	if err != nil {
		out.Reason = err.Error()
		return z.ctx.Err()
	}
	out.Start, out.End = spreadOf(path.Start, z.sign), spreadOf(path.End, z.sign)
	before := start
	for _, s := range path.Steps {
		step := PathStep{Result: spreadOf(s.Loss, z.sign), Gain: spreadOf(s.Gain, 1)}
		for _, k := range s.Columns {
			step.Changes = append(step.Changes, Change{z.a.Params[k].Name, z.valueText(k, before[k]), z.valueText(k, s.Row[k])})
		}
		out.Steps = append(out.Steps, step)
		before = s.Row
	}
	return nil
}

// checkStart refuses a start of the path that the log does not have.
func (z *analyzer) checkStart() error {
	if id := z.opt.From; id != fromDefault && z.config(id) < 0 {
		return fmt.Errorf("reports: the path is to begin at configuration %q, expected %s or the id of one of the log", id, fromDefault)
	}
	return nil
}

// config is the index of a configuration by its id, -1 if the log has none.
func (z *analyzer) config(id string) int {
	return slices.IndexFunc(z.study.Configs, func(c nasalyze.Config) bool { return c.ID == id })
}

// start returns the values of the configuration that the path begins at.
func (z *analyzer) start(out *Path) (values []nasalyze.Value, reason string) {
	if id := z.opt.From; id != fromDefault {
		out.From = id
		return z.study.Configs[z.config(id)].Values, ""
	}
	s := z.study.Space
	values = make([]nasalyze.Value, len(s.Params))
	for i := range s.Params {
		p := &s.Params[i]
		values[i] = p.Default
		if p.Kind == nasalyze.Constant {
			values[i] = p.Choices[0]
		}
		if values[i].IsAbsent() {
			return nil, fmt.Sprintf("the search space states no default of %s, and --from names no configuration to begin at", p.Name)
		}
	}
	for i, active := range s.Active(values) {
		if !active {
			values[i] = nasalyze.Value{}
		}
	}
	return values, ""
}

// encode returns the row of a configuration.
func (z *analyzer) encode(values []nasalyze.Value) (row []float64, reason string) {
	row = make([]float64, len(z.cols))
	for k, j := range z.cols {
		encode := z.params[k].Encode
		if z.opt.Table.Linear {
			encode = z.params[k].EncodeLinear
		}
		u, err := encode(values[j])
		if err != nil {
			return nil, err.Error()
		}
		row[k] = u
	}
	return row, ""
}

// decode returns the values of a row; parameters that do not vary have their only value.
func (z *analyzer) decode(row []float64) []nasalyze.Value {
	s := z.study.Space
	values := make([]nasalyze.Value, len(s.Params))
	for i := range s.Params {
		values[i] = s.Params[i].Decode(0)
	}
	for k, j := range z.cols {
		values[j] = z.value(k, row[k])
	}
	return values
}

// value decodes an entry of column k.
func (z *analyzer) value(k int, u float64) nasalyze.Value {
	if z.opt.Table.Linear {
		return z.params[k].DecodeLinear(u)
	}
	return z.params[k].Decode(u)
}

func (z *analyzer) valueText(k int, u float64) string {
	if math.IsNaN(u) {
		return ""
	}
	if v := z.value(k, u); z.params[k].Kind != nasalyze.Float {
		return v.String()
	} else if x, ok := v.Float(); ok {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	return ""
}

// activeAt tells which columns have an influence for a row.
func (z *analyzer) activeAt(row []float64, active []bool) {
	all := z.study.Space.Active(z.decode(row))
	for k, j := range z.cols {
		active[k] = all[j]
	}
}

// legal tells whether a row is no forbidden combination.
func (z *analyzer) legal(row []float64) bool {
	return len(z.study.Space.Forbidden) == 0 || z.study.Space.IsForbidden(z.decode(row)) == nil
}

func pathTable(a *Analysis) Table {
	t := Table{Name: "path", Caption: "Ablation path to the best configuration", Header: []string{"step", "parameter", "from", "to", "result", "result_std", "gain", "gain_std"}}
	if a.Path == nil {
		return t
	}
	for i, s := range a.Path.Steps {
		for _, c := range s.Changes {
			t.Rows = append(t.Rows, []any{i + 1, c.Param, c.From, c.To, s.Result.Mean, s.Result.Std, s.Gain.Mean, s.Gain.Std})
		}
	}
	return t
}
