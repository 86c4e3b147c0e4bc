package html

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// Static is a finished figure, shown where there is no script, on paper, and on
// request beside the interactive chart.
type Static struct {
	// Name is the short name of the figure, as "importance"; it decides the section
	// in which the figure appears and is the name of its files below figures/.
	Name string
	// Title and Caption in plain text.
	Title   string
	Caption string
	// Alt says in words and numbers what the figure shows.
	Alt string
	// SVG is a complete SVG document.
	SVG []byte
}

//go:embed page/*.tmpl
var pages embed.FS

//go:embed style/*.css
var assets embed.FS

// The order matters: later files override earlier ones.
var styleFiles = []string{"style/base.css", "style/parts.css", "style/media.css"}

// Write writes the page. Figures may be empty; the page then has charts only where
// there is JavaScript, and its tables everywhere.
func Write(w io.Writer, a *reports.Analysis, figs []Static) error {
	if a == nil {
		return errors.New("html: no analysis")
	}
	v, err := newView(a, figs)
	if err != nil {
		return err
	}
	t, err := template.New("page").Funcs(functions).ParseFS(pages, "page/*.tmpl")
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	// Executed into memory first: a half-written page is worse than none.
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "page.tmpl", v); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	_, err = out.WriteTo(w)
	return err
}

// code is what the page is styled by, and the policy that admits just that.
type code struct {
	Style  template.CSS
	Policy string
}

func newCode() (*code, error) {
	style, err := join(styleFiles)
	if err != nil {
		return nil, err
	}
	policy := []string{"default-src 'none'", "style-src " + hash(style), "img-src data:", "base-uri 'none'", "form-action 'none'"}
	return &code{Style: template.CSS(style), Policy: strings.Join(policy, "; ")}, nil
}

func join(names []string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		text, err := assets.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("html: %w", err)
		}
		b.Write(text)
	}
	return b.String(), nil
}

// hash is a source expression of Content Security Policy Level 3, section 2.3.1.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
