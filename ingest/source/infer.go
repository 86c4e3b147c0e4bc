package source

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
)

const (
	// logRatio is the ratio of the largest to the smallest value, all positive,
	// above which a numeric parameter may be on the logarithmic scale.
	logRatio = 100
	// maxCategories is the number of distinct texts above which a parameter is
	// more likely free text than a category; it is said, not prevented.
	maxCategories = 50
	// maxDistinct is the number of distinct numbers of a parameter that are counted;
	// the choices of a categorical one are all needed.
	maxDistinct = 1000
)

// infer makes a space of the configurations: every parameter has the range or
// the choices that occur. Each decision is a finding.
func (b *Builder) infer() (*nasalyze.Space, error) {
	params := make([]nasalyze.Param, 0, len(b.names))
	for j, name := range b.names {
		p, ok := b.inferParam(j, name)
		if !ok {
			continue
		}
		params = append(params, p)
	}
	if len(params) == 0 {
		return nil, fmt.Errorf("the configurations have no parameter, and no search space is given")
	}
	b.findings.Note("space-inferred", "", "no search space is given: the ranges of %d parameters are those of the %d logged configurations, which are narrower than what was searched", len(params), len(b.configs))
	return nasalyze.NewSpace("", params, b.inferConditions(params), nil)
}

// column sums up the values of one parameter.
type column struct {
	present  int
	numbers  int
	nonWhole int
	integers int // logged without a point
	bools    int
	odd      int // NaN and infinities
	min, max float64
}

func (b *Builder) summarise(j int) column {
	c := column{min: math.Inf(1), max: math.Inf(-1)}
	for i := range b.configs {
		v := b.at(i, j)
		switch v.Kind() {
		case nasalyze.Absent:
			continue
		case nasalyze.BoolValue:
			c.bools++
		case nasalyze.IntValue:
			c.integers++
		}
		c.present++
		x, ok := v.Float()
		if !ok {
			continue
		}
		c.numbers++
		if math.IsNaN(x) || math.IsInf(x, 0) {
			c.odd++
			continue
		}
		if x != math.Trunc(x) || math.Abs(x) >= 1<<53 {
			c.nonWhole++
		}
		c.min, c.max = min(c.min, x), max(c.max, x)
	}
	return c
}

func (b *Builder) inferParam(j int, name string) (nasalyze.Param, bool) {
	p := nasalyze.Param{Name: name}
	c := b.summarise(j)
	if c.present == 0 {
		return p, false
	}
	most := 0
	if c.numbers == c.present {
		most = maxDistinct + 1
	}
	choices := b.distinct(j, most)
	note := func(format string, args ...any) (nasalyze.Param, bool) {
		b.findings.Note("inferred-parameter", name, "parameter %q: %s", name, fmt.Sprintf(format, args...))
		return p, true
	}
	switch {
	case len(choices) == 1 && c.odd == 0:
		p.Kind, p.Choices = nasalyze.Constant, choices
		return note("constant %v, the only value of %d", choices[0], c.present)
	case c.numbers == 0 && len(choices) > maxDistinct && 2*len(choices) > len(b.configs):
		b.findings.Add(Finding{Severity: Warn, Code: "free-text", Message: fmt.Sprintf("parameter %q: left out, as it has %d different texts in %d configurations, which tell nothing of each other; a search space with it takes it all the same", name, len(choices), len(b.configs))})
		return p, false
	case c.numbers < c.present:
		p.Kind, p.Choices = nasalyze.Categorical, b.withoutOdd(choices)
		slices.SortFunc(p.Choices, compareValues)
		why := "not numbers"
		if c.bools == c.present {
			why = "booleans"
		} else if c.numbers > 0 {
			why = "numbers and others mixed"
		}
		if len(choices) > maxCategories {
			why += fmt.Sprintf("; %d of them: is this a parameter?", len(choices))
		}
		return note("categorical %s: %s", shorten(p.Range()), why)
	case math.IsInf(c.min, 0):
		b.findings.Note("inferred-parameter", name, "parameter %q: left out, as none of its %d values is finite", name, c.present)
		return p, false
	}
	p.Lower, p.Upper = c.min, c.max
	p.Kind = nasalyze.Float
	why := "numbers"
	if c.nonWhole == 0 {
		p.Kind, why = nasalyze.Int, "all values are whole"
	}
	if c.min > 0 && c.max/c.min > logRatio {
		median := b.median(j)
		p.Log = nearerGeometric(median, c.min, c.max)
		if p.Log {
			why += fmt.Sprintf("; log because all are positive, span a factor of %.3g, and the median %.3g is nearer to the geometric middle", c.max/c.min, median)
		} else {
			why += fmt.Sprintf("; not log though all are positive and span a factor of %.3g, because the median %.3g is nearer to the arithmetic middle", c.max/c.min, median)
		}
	}
	count := fmt.Sprint(len(choices))
	if len(choices) > maxDistinct {
		count = fmt.Sprintf("more than %d", maxDistinct)
	}
	return note("%v %s: %s, %s distinct", p.Kind, p.Range(), why, count)
}

// median returns the median of the finite numbers in a column.
func (b *Builder) median(j int) float64 {
	var xs []float64
	for i := range b.configs {
		if x, ok := b.at(i, j).Float(); ok && !math.IsNaN(x) && !math.IsInf(x, 0) {
			xs = append(xs, x)
		}
	}
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// nearerGeometric reports whether x is nearer to the middle of [lo, hi] on the
// logarithmic than on the linear scale. A uniform sample that begins near 0
// spans decades too; its median gives it away.
func nearerGeometric(x, lo, hi float64) bool {
	logarithmic := math.Abs(math.Log(x/lo)/math.Log(hi/lo) - 0.5)
	linear := math.Abs((x-lo)/(hi-lo) - 0.5)
	return logarithmic < linear
}

// withoutOdd drops NaN and infinities, which are no choices.
func (b *Builder) withoutOdd(values []nasalyze.Value) []nasalyze.Value {
	return slices.DeleteFunc(values, func(v nasalyze.Value) bool {
		x, ok := v.Float()
		return ok && (math.IsNaN(x) || math.IsInf(x, 0))
	})
}

func shorten(s string) string {
	if len(s) > 120 {
		return strings.ToValidUTF8(s[:117], "") + "..."
	}
	return s
}

// compareValues orders null, booleans, numbers by value, and text.
func compareValues(a, b nasalyze.Value) int {
	rank := func(v nasalyze.Value) int {
		switch v.Kind() {
		case nasalyze.NullValue:
			return 0
		case nasalyze.BoolValue:
			return 1
		case nasalyze.StringValue:
			return 3
		}
		return 2
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	if x, ok := a.Float(); ok {
		y, _ := b.Float()
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	return strings.Compare(a.String(), b.String())
}
