package forest

import "slices"

const (
	// narrow is the largest number of codes of a column whose bins are all looked at in
	// every node. Of wider columns only those are that have rows, which are noted in a
	// set while counting.
	narrow = 1 << codeBits
	// codeBits of a word are the code of a narrow column.
	codeBits = 4
	// packs is how many narrow columns share a word.
	packs = 64 / codeBits
)

// codes of all rows: the rank among the different values of a counted column, the
// level of a categorical one. Those of narrow columns are packed into words, so that
// one reading gets several of them, and a node is told by the bits in which its rows'
// words differ which columns vary there.
type codes struct {
	words  [][]uint64 // of each group of narrow columns, by row
	wide   []uint16   // of the other columns, row-major
	stride int        // number of these
}

// place says where the codes of a column are.
type place struct {
	group int32 // of words; -1 for a wide column
	shift uint8 // where in the word the code of a narrow column begins
	wide  int32 // number of a wide column among them
}

// newCodes makes room for n rows of columns that have so many codes each.
func newCodes(n int, widths []int) (codes, []place) {
	var c codes
	places := make([]place, len(widths))
	packed := 0
	for s, width := range widths {
		if width > narrow {
			places[s] = place{group: -1, wide: int32(c.stride)}
			c.stride++
			continue
		}
		if packed%packs == 0 {
			c.words = append(c.words, make([]uint64, n))
		}
		places[s] = place{group: int32(packed / packs), shift: uint8(packed % packs * codeBits)}
		packed++
	}
	c.wide = make([]uint16, n*c.stride)
	return c, places
}

func (c *codes) at(p *place, row uint32) uint16 {
	if p.group < 0 {
		return c.wide[int(row)*c.stride+int(p.wide)]
	}
	return uint16(p.of(c.words[p.group][row]))
}

func (c *codes) set(p *place, row uint32, code uint16) {
	if p.group < 0 {
		c.wide[int(row)*c.stride+int(p.wide)] = code
		return
	}
	word := &c.words[p.group][row]
	*word = *word&^((narrow-1)<<p.shift) | uint64(code)<<p.shift
}

// of returns the code in a word of the column's group.
func (p *place) of(word uint64) uint64 { return word >> (p.shift & 63) % narrow }

func (c *codes) clone() codes {
	words := slices.Clone(c.words)
	for g := range words {
		words[g] = slices.Clone(words[g])
	}
	return codes{words, slices.Clone(c.wide), c.stride}
}

// constants returns the narrow columns of a group in which words do not differ, each as
// the lowest of its bits.
func constants(differ uint64) uint64 {
	differ |= differ >> 1
	differ |= differ >> 2
	return ^differ & 0x1111111111111111
}
