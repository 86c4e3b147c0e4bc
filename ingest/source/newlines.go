package source

// Newlines tells the line of positions in a text that is read as a whole.
type Newlines struct {
	Data       []byte
	pos, lines int
}

// At returns the line of a position, from 1. Positions must not decrease from
// call to call.
func (n *Newlines) At(pos int) int {
	for ; n.pos < pos && n.pos < len(n.Data); n.pos++ {
		if n.Data[n.pos] == '\n' {
			n.lines++
		}
	}
	return n.lines + 1
}
