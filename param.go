package nasalyze

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is the type of a parameter.
type Kind uint8

const (
	// Float is a real number in [Lower, Upper].
	Float Kind = iota
	// Int is an integer in [Lower, Upper].
	Int
	// Ordinal is one of Choices, whose order has a meaning.
	Ordinal
	// Categorical is one of Choices, in no order.
	Categorical
	// Constant has the single value Choices[0].
	Constant
)

var kindNames = [...]string{"float", "int", "ordinal", "categorical", "constant"}

// String returns the lower-case name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Prior is a non-uniform distribution that a space file states for a numeric
// parameter. It says how the search sampled; the analysis integrates over the
// uniform distribution whatever the prior.
type Prior struct {
	// Name is "normal" (A is the mean, B the standard deviation) or
	// "beta" (A and B are the shape parameters alpha and beta).
	Name string
	A, B float64
}

// Param is one dimension of a search space.
type Param struct {
	Name string
	Kind Kind
	// Lower and Upper are the inclusive bounds of a Float or Int, in natural units.
	Lower, Upper float64
	// Log tells that a Float or Int varies on the logarithmic scale.
	Log bool
	// Step is the quantisation of a Float or Int: values are Lower + i Step.
	// Zero means continuous for a Float and 1 for an Int.
	Step float64
	// Choices of an Ordinal (in order) or Categorical; the value of a Constant.
	Choices []Value
	// Weights of the choices of a Categorical when the search sampled; nil means equal.
	Weights []float64
	// Prior of a Float or Int; nil means uniform.
	Prior *Prior
	// Default value; absent when the space states none.
	Default Value
	// Unit of a Float or Int, for axes; may be empty.
	Unit string
}

// maxInt is the largest magnitude of integers that a float64 tells apart.
const maxInt = 1 << 53

// Numeric reports whether p is a Float or an Int.
func (p *Param) Numeric() bool { return p.Kind == Float || p.Kind == Int }

// Validate reports what is wrong with the definition of p, nil if nothing is.
func (p *Param) Validate() error {
	if p.Name == "" {
		return fmt.Errorf("parameter without a name")
	}
	if p.Numeric() {
		switch {
		case math.IsNaN(p.Lower) || math.IsInf(p.Lower, 0) || math.IsNaN(p.Upper) || math.IsInf(p.Upper, 0):
			return fmt.Errorf("parameter %q: bounds [%v, %v] are not finite", p.Name, p.Lower, p.Upper)
		case p.Lower > p.Upper:
			return fmt.Errorf("parameter %q: lower bound %v is above upper bound %v", p.Name, p.Lower, p.Upper)
		case p.Log && p.Lower <= 0:
			return fmt.Errorf("parameter %q: lower bound %v of a log scale is not positive", p.Name, p.Lower)
		case p.Step < 0 || math.IsNaN(p.Step) || math.IsInf(p.Step, 0):
			return fmt.Errorf("parameter %q: step %v is not a finite, non-negative number", p.Name, p.Step)
		case p.Kind == Int && (p.Lower != math.Trunc(p.Lower) || p.Upper != math.Trunc(p.Upper)):
			return fmt.Errorf("parameter %q: bounds [%v, %v] of an integer are not whole", p.Name, p.Lower, p.Upper)
		case p.Kind == Int && (p.Lower < -maxInt || p.Upper > maxInt):
			return fmt.Errorf("parameter %q: bounds [%v, %v] of an integer are beyond 2^53", p.Name, p.Lower, p.Upper)
		case p.Kind == Int && p.Step != math.Trunc(p.Step):
			return fmt.Errorf("parameter %q: step %v of an integer is not whole", p.Name, p.Step)
		}
		return nil
	}
	if p.Kind > Constant {
		return fmt.Errorf("parameter %q: unknown kind %v", p.Name, p.Kind)
	}
	if len(p.Choices) == 0 {
		return fmt.Errorf("parameter %q: a %v needs at least one choice", p.Name, p.Kind)
	}
	if p.Weights != nil && len(p.Weights) != len(p.Choices) {
		return fmt.Errorf("parameter %q: %d weights for %d choices", p.Name, len(p.Weights), len(p.Choices))
	}
	sum := 0.0
	for i, w := range p.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("parameter %q: weight %v of choice %v, expected a finite number of at least 0", p.Name, w, p.Choices[i])
		}
		sum += w
	}
	if p.Weights != nil && sum == 0 {
		return fmt.Errorf("parameter %q: all %d weights are 0, expected one above it", p.Name, len(p.Weights))
	}
	seen := make(map[string]bool, len(p.Choices))
	for _, v := range p.Choices {
		k := v.key()
		if seen[k] {
			return fmt.Errorf("parameter %q: choice %v is listed twice", p.Name, v)
		}
		seen[k] = true
	}
	return nil
}

// Varies reports whether p can take more than one value. Dimensions that do not
// vary are no columns of a [Table].
func (p *Param) Varies() bool {
	if p.Numeric() {
		return p.Lower < p.top()
	}
	return p.Kind != Constant && len(p.Choices) > 1
}

// Levels returns the number of choices of a Categorical and 0 for every other
// kind: what a numeric algorithm needs to know of a column.
func (p *Param) Levels() int {
	if p.Kind == Categorical {
		return len(p.Choices)
	}
	return 0
}

// Check reports why v is not a legal value of p, nil if it is one.
func (p *Param) Check(v Value) error {
	if p.Numeric() {
		x, ok := v.Float()
		switch {
		case !ok:
			return &illegal{p, v, "is not a number, expected"}
		case p.Kind == Int && x != math.Trunc(x):
			return &illegal{p, v, "is not an integer, expected"}
		case !p.within(x):
			return &illegal{p, v, "is outside"}
		}
		return nil
	}
	if p.choice(v) < 0 {
		return &illegal{p, v, "is not one of"}
	}
	return nil
}

// illegal is the error of [Param.Check]. It is worded when somebody reads it: most
// callers only ask whether there is one, and a parameter can have thousands of choices.
type illegal struct {
	p   *Param
	v   Value
	why string
}

func (e *illegal) Error() string {
	const most = 20 // choices to list
	value := e.v.String()
	if _, isNumber := e.v.Float(); !isNumber || !e.p.Numeric() {
		value = strconv.Quote(value)
	}
	legal := e.p.Range()
	if n := len(e.p.Choices); !e.p.Numeric() && n > most {
		few := Param{Kind: e.p.Kind, Choices: e.p.Choices[:most]}
		legal = fmt.Sprintf("%s and %d more", few.Range(), n-most)
	}
	return fmt.Sprintf("parameter %q: value %s %s %s", e.p.Name, value, e.why, legal)
}

// within allows for the rounding of exp(ln(bound)), which real samplers log. On
// the log scale it is relative to each bound, so that nothing near 0 passes.
func (p *Param) within(x float64) bool {
	if p.Log {
		return x >= p.Lower*(1-1e-9) && x <= p.Upper*(1+1e-9)
	}
	tol := 1e-9 * max(math.Abs(p.Lower), math.Abs(p.Upper))
	return x >= p.Lower-tol && x <= p.Upper+tol
}

// Range describes the legal values of p for messages and tables.
func (p *Param) Range() string {
	if !p.Numeric() {
		texts := make([]string, len(p.Choices))
		for i, c := range p.Choices {
			texts[i] = c.String()
		}
		return "{" + strings.Join(texts, ", ") + "}"
	}
	s := fmt.Sprintf("[%v, %v]", Number(p.Lower), Number(p.Upper))
	if p.Step != 0 && !(p.Kind == Int && p.Step == 1) {
		s += fmt.Sprintf(" step %v", Number(p.Step))
	}
	if p.Log {
		s += " log"
	}
	return s
}

func (p *Param) choice(v Value) int {
	for i, c := range p.Choices {
		if c.Equal(v) {
			return i
		}
	}
	return -1
}

// cell is the distance between neighbouring values of a discrete numeric, 0 if continuous.
func (p *Param) cell() float64 {
	if p.Kind == Int && p.Step == 0 {
		return 1
	}
	return p.Step
}

// top is the largest value on the grid of a discrete numeric, Upper if continuous.
func (p *Param) top() float64 {
	if h := p.cell(); h > 0 {
		return min(p.Lower+h*math.Floor((p.Upper-p.Lower)/h+1e-9), p.Upper)
	}
	return p.Upper
}

// span is the natural interval that the unit interval stands for: the bounds,
// widened by half a cell where values are discrete, so that each value owns a
// cell of the same width (on the linear scale).
func (p *Param) span(log bool) (lo, hi float64) {
	h := p.cell() / 2
	lo, hi = p.Lower-h, p.top()+h
	if log && lo <= 0 {
		lo = p.Lower // a step above twice the lower bound has no cell below it
	}
	return lo, hi
}

// Encode maps a natural value of p to the number that analyses work on.
//
//   - Float: [Lower, Upper] -> [0, 1], on the ln scale if Log;
//   - Int and every parameter with a Step: the same over the interval widened
//     by half a step at both ends, so that all values own equal cells (as
//     ConfigSpace 0.x does; ConfigSpace 1.x puts the extreme values on 0 and 1);
//   - Ordinal with k choices: choice i -> (i+1/2)/k;
//   - Categorical: the index of the choice, 0, 1, ...;
//   - Constant: 0.
//
// An absent value (an inactive parameter) is NaN. A value that is not legal is
// NaN too, with the error of [Param.Check]. Values outside numeric bounds by
// rounding alone are clamped.
func (p *Param) Encode(v Value) (float64, error) { return p.encode(v, p.Log) }

// EncodeLinear is Encode with the linear scale even where p is Log.
func (p *Param) EncodeLinear(v Value) (float64, error) { return p.encode(v, false) }

func (p *Param) encode(v Value, log bool) (float64, error) {
	if v.IsAbsent() {
		return math.NaN(), nil
	}
	if err := p.Check(v); err != nil {
		return math.NaN(), err
	}
	switch p.Kind {
	case Constant:
		return 0, nil
	case Categorical:
		return float64(p.choice(v)), nil
	case Ordinal:
		return (float64(p.choice(v)) + 0.5) / float64(len(p.Choices)), nil
	}
	x, _ := v.Float()
	lo, hi := p.span(log)
	if lo == hi {
		return 0.5, nil
	}
	if log {
		x, lo, hi = math.Log(x), math.Log(lo), math.Log(hi)
	}
	return min(max((x-lo)/(hi-lo), 0), 1), nil
}

// Decode is the inverse of [Param.Encode]: it maps any number of the encoded
// domain to the natural value whose cell it lies in. NaN decodes to the absent
// value; numbers outside the domain are clamped to it.
func (p *Param) Decode(u float64) Value { return p.decode(u, p.Log) }

// DecodeLinear is the inverse of [Param.EncodeLinear].
func (p *Param) DecodeLinear(u float64) Value { return p.decode(u, false) }

func (p *Param) decode(u float64, log bool) Value {
	if math.IsNaN(u) {
		return Value{}
	}
	switch p.Kind {
	case Constant:
		return p.Choices[0]
	case Categorical:
		return p.Choices[clampIndex(u, len(p.Choices))]
	case Ordinal:
		return p.Choices[clampIndex(u*float64(len(p.Choices)), len(p.Choices))]
	}
	u = min(max(u, 0), 1)
	lo, hi := p.span(log)
	var x float64
	if log {
		x = math.Exp(math.Log(lo) + u*(math.Log(hi)-math.Log(lo)))
	} else {
		x = lo + u*(hi-lo)
	}
	if h := p.cell(); h > 0 {
		x = p.Lower + h*math.Round((x-p.Lower)/h)
	}
	x = min(max(x, p.Lower), p.top())
	if p.Kind == Int {
		return Integer(int64(x))
	}
	return Number(x)
}

func clampIndex(u float64, n int) int { return min(max(int(math.Floor(u)), 0), n-1) }
