package local

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"regexp"
	"strings"
	"sync"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb/driver"
)

// maxCurve bounds the bytes of a learning curve that are kept in the log.
const maxCurve = 256 << 10

// report collects what a command prints. Both streams may be read at once.
type report struct {
	objectives []string
	tailLines  int
	output     io.Writer

	mu      sync.Mutex
	tail    []string
	result  map[string]json.RawMessage // the last line with the first objective
	curve   []json.RawMessage
	size    int // of the curve
	dropped int // lines of the curve
}

func newReport(objectives []string, tail int, output io.Writer) *report {
	return &report{objectives: objectives, tailLines: tail, output: output}
}

// stdout takes a line of standard output.
func (r *report) stdout(line []byte) {
	members, ok := object(line)
	if !ok {
		r.other(line)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := members[r.objectives[0]]; ok {
		if r.result != nil { // it was not the last one after all
			r.keep(r.result)
		}
		r.result = members
		return
	}
	r.keep(members)
}

// keep adds a line to the learning curve.
func (r *report) keep(members map[string]json.RawMessage) {
	text, err := json.Marshal(members)
	if err != nil || r.size+len(text) > maxCurve {
		r.dropped++
		return
	}
	r.size += len(text)
	r.curve = append(r.curve, text)
}

// other takes a line that is no JSON object, of either stream.
func (r *report) other(line []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// A full disk must not end a training; its log is for reading only.
	_, _ = r.output.Write(append(line[:len(line):len(line)], '\n'))
	r.tail = append(r.tail, strings.ToValidUTF8(string(line), "\ufffd"))
	if len(r.tail) > r.tailLines {
		r.tail = r.tail[1:]
	}
}

// object reads a line as a JSON object, with NaN and the infinities as strings.
func object(line []byte) (map[string]json.RawMessage, bool) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '{' {
		return nil, false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) == nil {
		return members, true
	}
	if json.Unmarshal(quoteNonFinite(line), &members) == nil {
		return members, true
	}
	return nil, false
}

// nonFinite are the words, in lower case, that programs print for what JSON has no number for: Python
// NaN and Infinity, C, awk and the shell nan, -nan and inf.
var nonFinite = map[string]string{
	"nan": `"NaN"`, "+nan": `"NaN"`, "-nan": `"NaN"`,
	"inf": `"Infinity"`, "+inf": `"Infinity"`, "-inf": `"-Infinity"`,
	"infinity": `"Infinity"`, "+infinity": `"Infinity"`, "-infinity": `"-Infinity"`,
}

// words are the strings of a line and, outside of them, the words and numbers.
var words = regexp.MustCompile(`"(\\.|[^"\\])*"|[\w.+-]+`)

// quoteNonFinite replaces the words of nonFinite by strings that number reads.
func quoteNonFinite(line []byte) []byte {
	return words.ReplaceAllFunc(line, func(word []byte) []byte {
		if quoted, ok := nonFinite[strings.ToLower(string(word))]; ok {
			return []byte(quoted)
		}
		return word
	})
}

// number reads a value of an objective.
func number(raw json.RawMessage) (float64, bool) {
	var x float64
	if len(raw) > 0 && string(raw) != "null" && json.Unmarshal(raw, &x) == nil {
		return x, true
	}
	switch strings.Trim(string(raw), `"`) {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return math.NaN(), false
}

// outcome judges how the command ended.
func (r *report) outcome(e ending) driver.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := driver.Outcome{Values: make([]float64, len(r.objectives)), Info: make(map[string]any)}
	result := make(map[string]json.RawMessage)
	for k := range o.Values {
		o.Values[k] = math.NaN()
	}
	stated := false
	for name, raw := range r.result {
		result[name] = raw
		for k, objective := range r.objectives {
			if name != objective {
				continue
			}
			if x, ok := number(raw); ok {
				o.Values[k] = x
				delete(result, name)
				stated = stated || k == 0
			}
		}
	}
	if len(result) > 0 {
		o.Info["result"] = result
	}
	if len(r.curve) > 0 {
		o.Info["curve"] = r.curve
	}
	if r.dropped > 0 {
		o.Info["curve_dropped"] = r.dropped
	}
	o.Status, o.Reason = r.judge(e, o.Values[0], stated)
	if o.Status != nasalyze.Success {
		if len(r.tail) > 0 {
			o.Info["output"] = r.tail
		}
		for k := range o.Values {
			if !stated || o.Status != nasalyze.Diverged {
				o.Values[k] = math.NaN()
			}
		}
	}
	return o
}

// judge returns the status and, if it is no success, the reason.
func (r *report) judge(e ending, loss float64, stated bool) (nasalyze.Status, string) {
	var exit *exec.ExitError
	switch {
	case e.stopped:
		return nasalyze.Aborted, "stopped"
	case e.timedOut:
		reason := fmt.Sprintf("took longer than the limit of %v", e.limit)
		if e.option != "" {
			reason += ", which " + e.option + " sets"
		}
		return nasalyze.TimedOut, reason
	case errors.As(e.err, &exit):
		text, killed := describe(exit)
		switch {
		case killed:
			return nasalyze.OutOfMemory, text + ", as when memory runs out"
		case r.saysMemory():
			return nasalyze.OutOfMemory, text + r.last()
		}
		return nasalyze.Crashed, text + r.last()
	case e.err != nil:
		return nasalyze.Crashed, "cannot be waited for: " + e.err.Error()
	case r.result == nil:
		return nasalyze.Crashed, fmt.Sprintf("no line of its standard output is a JSON object with %q", r.objectives[0]) + r.last()
	case !stated:
		return nasalyze.Crashed, fmt.Sprintf("%q is %s, expected a number", r.objectives[0], r.result[r.objectives[0]])
	case math.IsNaN(loss) || math.IsInf(loss, 0):
		return nasalyze.Diverged, fmt.Sprintf("%s is %v", r.objectives[0], loss)
	}
	return nasalyze.Success, ""
}

// last is the last line of output that says something.
func (r *report) last() string {
	for i := len(r.tail) - 1; i >= 0; i-- {
		if s := strings.TrimSpace(r.tail[i]); s != "" {
			return ": " + s
		}
	}
	return ""
}

// What programs say when memory runs out: PyTorch, CUDA, Python, C++, TensorFlow and the C library.
var memoryTexts = []string{"out of memory", "OutOfMemoryError", "MemoryError", "std::bad_alloc", "ResourceExhaustedError", "Cannot allocate memory"}

func (r *report) saysMemory() bool {
	for _, line := range r.tail {
		for _, text := range memoryTexts {
			if strings.Contains(line, text) {
				return true
			}
		}
	}
	return false
}
