package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
)

// The console has the first warnings and says where the others are.
func TestWarningsOnTheConsole(t *testing.T) {
	var a reports.Analysis
	for i := range 7 {
		a.Warnings = append(a.Warnings, reports.Warning{Code: "w", Text: fmt.Sprint("text ", i)})
	}
	var out strings.Builder
	printWarnings(&out, &a, "report.json")
	if got := out.String(); !strings.HasPrefix(got, "warning: text 0\n") || !strings.HasSuffix(got, "warning: text 4\nand 2 more warnings in report.json\n") {
		t.Errorf("said %q", got)
	}
	l := log{study: &nasalyze.Study{Name: "s"}, findings: []ingest.Finding{{Severity: ingest.Note, Message: "a note", Count: 1}}}
	for i := range 5 {
		l.findings = append(l.findings, ingest.Finding{Severity: ingest.Warn, Message: fmt.Sprint("odd ", i), Path: "log.csv", Line: 3, Count: 1})
	}
	out.Reset()
	summarise(&out, l)
	if got := out.String(); strings.Contains(got, "a note") || strings.Contains(got, "odd 3") || !strings.Contains(got, "\nlog.csv:3: warning: odd 2") {
		t.Errorf("said %q", got)
	}
}
