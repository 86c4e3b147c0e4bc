package html

import "strconv"

// table is what the template "table" draws.
type table struct {
	ID      string
	Caption string
	Head    []head
	Rows    []row
	Foot    []row
	// Notes say why numbers are missing; cells refer to them by letter.
	Notes []string
	// Sortable tables get buttons in their heads where there is a script.
	Sortable bool
}

// head is the head of a column.
type head struct {
	Text    string
	Title   string // what the number means, if the words do not say it
	Numeric bool
}

// row has a head of its own, the cell that names it.
type row struct {
	Head  cell
	Cells []cell
}

// cell is text, and what sorts it.
type cell struct {
	Text    string
	Small   string // a second line: an interval, a unit
	Title   string // what Text is short for
	Numeric bool
	Sort    string // a plain number; empty sorts by Text
	Note    string // letter of the note
	Badge   string // name of the badge drawn around Text
	Code    bool   // an identifier of the log, set in monospace
	Shade   string // class of its strength, h0 to h10; empty for none
}

func text(s string) cell { return cell{Text: s} }

func code1(s string) cell { return cell{Text: s, Code: true} }

// figure is a number with the way to print it.
func figure(v float64, format func(float64) string) cell {
	return cell{Text: format(v), Numeric: true, Sort: sortKey(v)}
}

func whole(n int) cell { return cell{Text: count(n), Numeric: true, Sort: strconv.Itoa(n)} }

func sortKey(v float64) string { return strconv.FormatFloat(v, 'g', 9, 64) }

// missing is a dash with a reason, which becomes a note of the table.
func (t *table) missing(reason string) cell {
	c := cell{Text: dash, Numeric: true, Sort: "NaN"}
	if reason == "" {
		return c
	}
	for i, note := range t.Notes {
		if note == reason {
			c.Note = letter(i)
			return c
		}
	}
	t.Notes = append(t.Notes, reason)
	c.Note = letter(len(t.Notes) - 1)
	return c
}

// letter numbers notes a, b, ..., z, aa, ab, ...
func letter(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('a'+(i-1)%26)) + s
	}
	return s
}
