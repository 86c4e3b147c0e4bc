package arff

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// Write writes a study as an ARFF relation, one instance per trial: the columns
// and the losses of information are those of [table.Write]. Parameters with choices
// are nominal, with values outside the space after its choices, other numbers
// numeric, the rest strings; missing values are ?.
func Write(w io.Writer, s *nasalyze.Study) error {
	var text bytes.Buffer
	if err := table.Write(&text, s, ','); err != nil {
		return err
	}
	rows, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		return err
	}
	header, rows := rows[0], rows[1:]
	var b strings.Builder
	b.WriteString("@relation " + quote(s.Name) + "\n\n")
	for j, name := range header {
		b.WriteString("@attribute " + quote(name) + " " + attributeType(s.Space, name, rows, j) + "\n")
	}
	b.WriteString("\n@data\n")
	for _, row := range rows {
		for j, cell := range row {
			if j > 0 {
				b.WriteByte(',')
			}
			switch {
			case cell == "" || cell == "inf" || cell == "-inf": // ARFF has no infinities
				b.WriteByte('?')
			default:
				b.WriteString(quote(cell))
			}
		}
		b.WriteByte('\n')
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// attributeType declares column j of the table.
func attributeType(space *nasalyze.Space, name string, rows [][]string, j int) string {
	if i := space.Index(strings.TrimPrefix(name, table.ParameterPrefix)); i >= 0 && strings.HasPrefix(name, table.ParameterPrefix) {
		p := &space.Params[i]
		if !p.Numeric() {
			var choices []string
			declared := map[string]bool{"": true}
			declare := func(text string) {
				if !declared[text] {
					declared[text] = true
					choices = append(choices, quote(text))
				}
			}
			for _, c := range p.Choices {
				declare(table.CellText(c))
			}
			for _, row := range rows {
				declare(row[j])
			}
			return "{" + strings.Join(choices, ",") + "}"
		}
		return "numeric"
	}
	for _, row := range rows {
		if v, err := nasalyze.ParseNumber(row[j]); row[j] != "" && (err != nil || v.IsAbsent()) && row[j] != "inf" && row[j] != "-inf" {
			return "string"
		}
	}
	return "numeric"
}

// quote puts text in quotes where ARFF needs them.
func quote(s string) string {
	if s != "" && s != "?" && !strings.ContainsAny(s, " \t\r\n,{}%'\"\\@;[]()") {
		return s
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + "'"
}
