// Package correlation tells how far rankings carry from one column of a table to
// another: rank statistics over columns with gaps.
package correlation
