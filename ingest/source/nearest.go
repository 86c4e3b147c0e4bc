package source

import (
	"strings"
	"unicode/utf8"
)

// DidYouMean returns "; did you mean X?" for the name that an unknown one was
// probably meant to be: it differs in case or in a few letters, or the one has the
// other within. It is empty if there is no such name.
func DidYouMean(unknown string, names []string) string {
	near, least := "", 1+utf8.RuneCountInString(unknown)/4
	low := strings.ToLower(unknown)
	for _, name := range names {
		if d := distance(low, strings.ToLower(name)); d < least || d == least && near == "" {
			near, least = name, d
		}
	}
	for _, name := range names {
		if near == "" && len(low) > 2 && strings.Contains(strings.ToLower(name), low) {
			near = name
		}
	}
	if near == "" {
		return ""
	}
	return "; did you mean " + near + "?"
}

// distance is the number of letters to insert, delete, replace, or swap with
// their neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
