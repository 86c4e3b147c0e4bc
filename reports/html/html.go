package html

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"

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
var templates embed.FS

// view is the page as page.tmpl sees it.
type view struct {
	Code     *code
	Title    string
	Subtitle string
	Version  string
	Pages    []Page // of other objectives and this one, if there are several
	Sections []part
}

// part is a section, drawn.
type part struct {
	ID, Nav string
	HTML    template.HTML
}

// choice is a control that chooses one of the options.
type choice struct {
	Name    string
	Options []option
}

var functions = template.FuncMap{
	"letter": letter,
	"choice": func(name string, options []option) choice { return choice{name, options} },
}

// Page is one of several reports on the same log, each about another objective.
type Page struct {
	Objective string
	// Href is the relative address of the page; empty for the one that is written.
	Href string
}

// Write writes the page. Figures may be empty; the page then has charts only where
// there is JavaScript, and its tables everywhere. Pages, if there are several, are
// offered at the top to choose the objective. Equal arguments give equal bytes.
func Write(w io.Writer, a *reports.Analysis, figs []Static, pages ...Page) error {
	if a == nil {
		return errors.New("html: no analysis")
	}
	t, err := template.New("page").Funcs(functions).ParseFS(templates, "page/*.tmpl")
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	shown := fewer(a)
	s := &source{all: a, a: shown, thin: thin(shown), figs: figs, taken: make([]bool, len(figs))}
	c, err := newCode(s.thin.analysis)
	if err != nil {
		return err
	}
	v := view{Code: c, Title: a.Study.Name, Subtitle: subtitle(a), Version: a.Provenance.Version}
	if len(pages) > 1 {
		v.Pages = pages
	}
	if v.Title == "" {
		v.Title = "Search report"
	}
	for _, x := range sections() {
		arranged := x.view(s)
		if arranged == nil {
			continue
		}
		var body bytes.Buffer
		if err := t.ExecuteTemplate(&body, x.id, arranged); err != nil {
			return fmt.Errorf("html: section %s: %w", x.id, err)
		}
		v.Sections = append(v.Sections, part{x.id, x.nav, template.HTML(body.String())})
	}
	// Executed into memory first: a half-written page is worse than none.
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "page.tmpl", v); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	_, err = out.WriteTo(w)
	return err
}
