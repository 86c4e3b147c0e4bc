package source

import "fmt"

// Severity orders findings by what they mean for the data.
type Severity uint8

const (
	// Note: something was inferred; correct it if it is wrong.
	Note Severity = iota
	// Warn: something is odd but was read.
	Warn
	// Skip: a line, record or value was left out.
	Skip
)

var severityNames = [...]string{"note", "warning", "skipped"}

// String returns note, warning or skipped.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// MarshalText writes the name of the severity.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Place is where a finding was made, and what was found there.
type Place struct {
	// Path of the file as shown to the user; may be empty.
	Path string `json:"path,omitempty"`
	// Line from 1; 0 where there is none.
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

// Finding is something that a reader saw and the user should know of. Findings
// with one Code about one Param are one Finding with a Count.
type Finding struct {
	Severity Severity `json:"severity"`
	// Code is stable, in kebab case, such as "orphan-result".
	Code string `json:"code"`
	// Param the finding is about; may be empty.
	Param string `json:"param,omitempty"`
	// Path, Line and Message of the first occurrence.
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	// Count of all occurrences, at least 1.
	Count int `json:"count"`
	// More has the next few occurrences, at most MaxExamples-1.
	More []Place `json:"more,omitempty"`
}

// String formats the finding as path:line: severity: message (code, count).
func (f Finding) String() string {
	s := f.Severity.String() + ": " + f.Message
	switch {
	case f.Line > 0:
		s = fmt.Sprintf("%s:%d: %s", f.Path, f.Line, s)
	case f.Path != "":
		s = f.Path + ": " + s
	}
	if f.Count > 1 {
		return fmt.Sprintf("%s [%s, %d times]", s, f.Code, f.Count)
	}
	return s + " [" + f.Code + "]"
}

const (
	// MaxExamples is the number of occurrences that a Finding keeps.
	MaxExamples = 5
	// maxParams bounds the parameters told apart per code; the others share one finding.
	maxParams = 200
)

// Findings collects what a reader found in bounded memory: every occurrence is
// counted, the first MaxExamples of each code and parameter are kept. The zero
// value is ready to use. It is not safe for concurrent use.
type Findings struct {
	list  []Finding
	index map[findingKey]int
	// perCode counts the parameters that have a finding of their own.
	perCode map[string]int
}

type findingKey struct{ code, param string }

// Add records one finding. Its Count is taken as the number of occurrences it
// stands for, 0 meaning 1.
func (f *Findings) Add(n Finding) {
	n.Count = max(n.Count, 1)
	if f.index == nil {
		f.index = make(map[findingKey]int)
		f.perCode = make(map[string]int)
	}
	key := findingKey{n.Code, n.Param}
	i, ok := f.index[key]
	if !ok && n.Param != "" && f.perCode[n.Code] >= maxParams {
		key.param, n.Param = "", ""
		i, ok = f.index[key]
	}
	if !ok {
		f.index[key] = len(f.list)
		f.perCode[n.Code]++
		f.list = append(f.list, n)
		return
	}
	g := &f.list[i]
	g.Count += n.Count
	g.Severity = max(g.Severity, n.Severity)
	if len(g.More) < MaxExamples-1 {
		g.More = append(g.More, Place{n.Path, n.Line, n.Message})
	}
}

// Full reports whether another occurrence of code about param would only be
// counted. Readers ask before they format a costly message; then they call
// [Findings.Count].
func (f *Findings) Full(code, param string) bool {
	i, ok := f.index[findingKey{code, param}]
	return ok && len(f.list[i].More) == MaxExamples-1
}

// Count adds to the occurrences of a finding that is already there.
func (f *Findings) Count(code, param string, n int) {
	if i, ok := f.index[findingKey{code, param}]; ok {
		f.list[i].Count += n
	}
}

// Note records an inference about a parameter (which may be empty).
func (f *Findings) Note(code, param, format string, args ...any) {
	f.Add(Finding{Severity: Note, Code: code, Param: param, Message: fmt.Sprintf(format, args...)})
}

// At records a finding at a line of a file.
func (f *Findings) At(severity Severity, code, path string, line int, format string, args ...any) {
	if f.Full(code, "") {
		f.Count(code, "", 1)
		return
	}
	f.Add(Finding{Severity: severity, Code: code, Path: path, Line: line, Message: fmt.Sprintf(format, args...)})
}

// All returns the findings in the order of their first occurrence.
func (f *Findings) All() []Finding {
	all := make([]Finding, len(f.list))
	copy(all, f.list)
	return all
}

// Find returns the finding with a code and parameter, and whether there is one.
func (f *Findings) Find(code, param string) (Finding, bool) {
	i, ok := f.index[findingKey{code, param}]
	if !ok {
		return Finding{}, false
	}
	return f.list[i], true
}
