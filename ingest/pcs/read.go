package pcs

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Read reads a space; the path is for messages. Errors name the line.
func Read(r io.Reader, path string, findings *source.Findings) (*nasalyze.Space, error) {
	rd := reader{path: path, findings: findings, index: make(map[string]int)}
	// Clauses may stand before the parameters that they name.
	var clauses []clauseLine
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		text, _, _ = strings.Cut(text, "#")
		text = strings.TrimSpace(strings.NewReplacer(`"`, "", "'", "").Replace(text))
		var err error
		switch {
		case text == "":
		case strings.Contains(text, "|"), strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"):
			clauses = append(clauses, clauseLine{n, text})
		case !strings.ContainsAny(text, "]}"):
			if !strings.HasSuffix(text, ":") { // not a heading
				findings.At(source.Warn, "ignored-line", path, n, "neither a parameter, a condition nor a forbidden clause: %.60q", text)
			}
		default:
			err = rd.param(n, text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rd.params) == 0 {
		return nil, fmt.Errorf("%s: no parameter found: not a PCS file", path)
	}
	for _, c := range clauses {
		if err := rd.clause(c); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, c.line, err)
		}
	}
	space, err := nasalyze.NewSpace("", rd.params, rd.conditions, rd.forbidden)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return space, nil
}

type clauseLine struct {
	line int
	text string
}

type reader struct {
	path       string
	findings   *source.Findings
	params     []nasalyze.Param
	index      map[string]int // name, and name with the prefix of quantisation
	conditions []nasalyze.Condition
	forbidden  []nasalyze.Clause
}

var (
	numericLine = regexp.MustCompile(`^(\S+?)\s*(?:\s(real|integer)\s*)?\[([^],]*),([^],]*)\]\s*(?:\[([^]]*)\]\s*)?([a-z]*)$`)
	choiceLine  = regexp.MustCompile(`^(\S+?)\s*(?:\s(categorical|ordinal)\s*)?\{([^}]*)\}\s*(?:\[([^]]*)\])?$`)
	quantised   = regexp.MustCompile(`^Q([0-9]+)_(.+)$`)
)

// param reads the definition of a parameter.
func (rd *reader) param(line int, text string) error {
	var p nasalyze.Param
	stated := ""
	if m := numericLine.FindStringSubmatch(text); m != nil {
		p.Name = m[1]
		var err error
		if p.Lower, err = number(m[3]); err == nil {
			p.Upper, err = number(m[4])
		}
		if err != nil {
			return fmt.Errorf("parameter %q: %w", p.Name, err)
		}
		flags := m[6]
		switch {
		case m[2] != "" && (flags == "" || flags == "log"):
			p.Log = flags == "log"
		case m[2] == "" && strings.Trim(flags, "il") == "" && len(flags) <= 2:
			p.Log = strings.Contains(flags, "l")
		default:
			return fmt.Errorf("parameter %q: unknown flag %q, expected log (or i, l, il without a type)", p.Name, flags)
		}
		if m[2] == "integer" || m[2] == "" && strings.Contains(flags, "i") {
			p.Kind = nasalyze.Int
		}
		stated = m[5]
	} else if m := choiceLine.FindStringSubmatch(text); m != nil {
		p.Name, stated = m[1], m[4]
		p.Kind = nasalyze.Categorical
		if m[2] == "ordinal" {
			p.Kind = nasalyze.Ordinal
		}
		for _, c := range strings.Split(m[3], ",") {
			p.Choices = append(p.Choices, nasalyze.Text(strings.TrimSpace(c)))
		}
		if len(p.Choices) == 1 && p.Kind == nasalyze.Categorical {
			p.Kind = nasalyze.Constant
		}
	} else {
		return fmt.Errorf("cannot read %.80q, expected NAME TYPE [LOWER, UPPER] [DEFAULT] or NAME TYPE {CHOICES} [DEFAULT]", text)
	}
	rd.unquantise(line, &p)
	if err := p.Validate(); err != nil {
		return err
	}
	if stated = strings.TrimSpace(stated); stated != "" {
		v, err := rd.value(&p, stated)
		if err == nil {
			err = p.Check(v)
		}
		if err == nil {
			p.Default = v
		} else {
			rd.findings.Add(source.Finding{Severity: source.Warn, Code: "bad-default", Param: p.Name, Path: rd.path, Line: line,
				Message: fmt.Sprintf("default ignored: %v", err)})
		}
	}
	if _, ok := rd.index[p.Name]; ok {
		return fmt.Errorf("parameter %q is defined twice", p.Name)
	}
	rd.index[p.Name] = len(rd.params)
	rd.params = append(rd.params, p)
	return nil
}

// unquantise takes the prefix of quantisation off a numeric name.
func (rd *reader) unquantise(line int, p *nasalyze.Param) {
	m := quantised.FindStringSubmatch(p.Name)
	if m == nil || !p.Numeric() {
		return
	}
	rd.index[p.Name] = len(rd.params)
	full := p.Name
	p.Name = m[2]
	step, _ := strconv.ParseFloat(m[1], 64)
	if !math.IsInf(step, 0) {
		p.Step = step // Q0: a step below 1, which the prefix does not tell
	}
	rd.findings.Add(source.Finding{Severity: source.Note, Code: "quantised-name", Param: p.Name, Path: rd.path, Line: line,
		Message: fmt.Sprintf("%q is taken as the parameter %q with the step %v", full, p.Name, p.Step)})
}

func number(s string) (float64, error) {
	s = strings.TrimSpace(s)
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return math.NaN(), fmt.Errorf("%q is not a finite number", s)
	}
	return x, nil
}

// value reads a value of p: a number or the text of a choice.
func (rd *reader) value(p *nasalyze.Param, s string) (nasalyze.Value, error) {
	if !p.Numeric() {
		return nasalyze.Text(s), nil
	}
	x, err := number(s)
	if err != nil {
		return nasalyze.Value{}, fmt.Errorf("parameter %q: %w", p.Name, err)
	}
	v := nasalyze.Number(x)
	if i, ok := v.Int(); ok && p.Kind == nasalyze.Int {
		v = nasalyze.Integer(i)
	}
	return v, nil
}
