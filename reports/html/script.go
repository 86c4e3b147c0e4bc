package html

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

//go:embed style/*.css app/*.js vendor/charts.min.js
var assets embed.FS

// The order matters: later style sheets override earlier ones, and the scripts are
// joined into one module, whose last file starts what the others define.
var (
	styleFiles   = []string{"style/base.css", "style/parts.css", "style/media.css"}
	scriptBefore = []string{"app/core.js", "app/axes.js", "app/chart.js", "app/table.js"}
	scriptAfter  = []string{"app/main.js"}
)

// code is what the page is styled and driven by, and the policy that admits just that.
type code struct {
	Style  template.CSS
	Charts template.JS // the charts, a classic script
	App    template.JS // the page's own script, a module
	Data   template.JS // what the script shows; data, never executed
	Policy string
}

func newCode(a *reports.Analysis) (*code, error) {
	style, err := join(styleFiles)
	if err != nil {
		return nil, err
	}
	charts, err := join([]string{"vendor/charts.min.js"})
	if err != nil {
		return nil, err
	}
	app, err := join(scriptFiles())
	if err != nil {
		return nil, err
	}
	// WriteCompact escapes <, > and &, so that no name in a log can end the element.
	var data bytes.Buffer
	if err := reports.WriteCompact(&data, a); err != nil {
		return nil, fmt.Errorf("html: %w", err)
	}
	policy := []string{"default-src 'none'", "script-src " + hash(charts) + " " + hash(app), "style-src " + hash(style),
		"img-src data:", "base-uri 'none'", "form-action 'none'"}
	return &code{template.CSS(style), template.JS(charts), template.JS(app), template.JS(data.String()), strings.Join(policy, "; ")}, nil
}

// scriptFiles lists the files of the script: what all parts use, the parts in the
// order of their sections, and what starts them.
func scriptFiles() []string {
	files := slices.Clone(scriptBefore)
	for _, s := range sections() {
		own, err := fs.Glob(assets, "app/"+s.id+"*.js")
		if err != nil {
			panic(err) // the pattern is wrong: an id is no plain word
		}
		files = append(files, own...)
	}
	return append(files, scriptAfter...)
}

// join reads files and puts them one after another, each ended by a line break. Line breaks
// are those that a browser makes of them before it compares the hash.
func join(names []string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		text, err := assets.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("html: %w", err)
		}
		b.Write(bytes.TrimRight(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), "\n"))
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// hash is a source expression of Content Security Policy Level 3, section 2.3.1.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
