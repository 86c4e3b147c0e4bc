package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// printTable writes the rows as a Markdown table that reads well as plain text,
// and the notes below it.
func printTable(w io.Writer, rows []*row) error {
	cells := [][]string{{"workload", "input", "ours", "peer", "its time", "ratio", "of CPU time", "our memory", "its memory", "answers"}}
	var notes []string
	for _, r := range rows {
		name := r.Workload
		if len(r.Notes) > 0 {
			notes = append(notes, fmt.Sprintf("[%d] %s", len(notes)+1, strings.Join(r.Notes, " ")))
			name += fmt.Sprintf(" [%d]", len(notes))
		}
		var answers []string
		for _, d := range r.Distances {
			answers = append(answers, d.String())
		}
		peer, memory := "", ""
		if r.Peer != nil {
			peer, memory = r.Peer.Name, formatBytes(r.Peer.peak())
		}
		cells = append(cells, []string{
			name, r.Input, r.oursText(), peer, r.peerText(), r.ratioText(), r.cpuText(),
			formatBytes(r.Ours.peak()), memory, strings.Join(answers, "; "),
		})
	}
	var b strings.Builder
	writeGrid(&b, cells, []bool{2: true, 4: true, 5: true, 6: true, 7: true, 8: true})
	for _, n := range notes {
		b.WriteString("\n" + n + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeGrid writes cells as a Markdown table, the first line as its head, some
// columns to the right.
func writeGrid(w io.Writer, cells [][]string, right []bool) {
	width := make([]int, len(cells[0]))
	for _, line := range cells {
		for j, c := range line {
			width[j] = max(width[j], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for i, line := range cells {
		for j, c := range line {
			pad := strings.Repeat(" ", width[j]-utf8.RuneCountInString(c))
			if j < len(right) && right[j] {
				c = pad + c
			} else {
				c += pad
			}
			b.WriteString("| " + c + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			for j := range line {
				dashes := strings.Repeat("-", width[j]+2)
				if j < len(right) && right[j] {
					dashes = dashes[1:] + ":"
				}
				b.WriteString("|" + dashes)
			}
			b.WriteString("|\n")
		}
	}
	io.WriteString(w, b.String())
}

func (r *row) oursText() string {
	if !r.Ours.complete() {
		return "failed: " + firstLine(r.Ours.Err)
	}
	return withSpeed(r.Ours.seconds(), r.Bytes)
}

func (r *row) peerText() string {
	switch {
	case r.Peer == nil:
		return ""
	case r.Peer.complete():
		return withSpeed(r.Peer.seconds(), r.Bytes)
	case len(r.Peer.Runs) > 0:
		return "> " + formatSeconds(r.peerSeconds()) + ", " + firstLine(r.Peer.Err)
	}
	return firstLine(r.Peer.Err)
}

func (r *row) ratioText() string {
	ratio := r.ratio()
	if math.IsNaN(ratio) || ratio == 0 {
		return ""
	}
	text := formatRatio(ratio)
	if !r.Peer.complete() {
		text = "> " + text
	}
	return text
}

func (r *row) cpuText() string {
	if ratio := r.cpuRatio(); ratio > 0 && !math.IsInf(ratio, 0) {
		return formatRatio(ratio)
	}
	return ""
}

func withSpeed(seconds float64, bytes int64) string {
	if bytes == 0 || math.IsNaN(seconds) {
		return formatSeconds(seconds)
	}
	return fmt.Sprintf("%s, %.0f MB/s", formatSeconds(seconds), float64(bytes)/1e6/seconds)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// formatSeconds with three significant digits.
func formatSeconds(s float64) string {
	switch {
	case math.IsNaN(s):
		return ""
	case s < 1e-3:
		return significant(s*1e6) + " µs"
	case s < 1:
		return significant(s*1e3) + " ms"
	}
	return significant(s) + " s"
}

// formatRatio says how many times as long.
func formatRatio(r float64) string {
	if r >= 1000 {
		whole, _ := strconv.Atoi(significant(r))
		return thousands(whole) + "x"
	}
	return significant(r) + "x"
}

// formatBytes in units of 10^6 bytes.
func formatBytes(b float64) string {
	if math.IsNaN(b) || b == 0 {
		return ""
	}
	return significant(b/1e6) + " MB"
}

// significant rounds to three significant digits, without an exponent.
func significant(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(v)
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if digits < 0 {
		scale := math.Pow(10, float64(-digits))
		return fmt.Sprintf("%.0f", math.Round(v/scale)*scale)
	}
	return fmt.Sprintf("%.*f", digits, v)
}
