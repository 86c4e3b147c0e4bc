// Package arff reads searches from ARFF files and exchanges them with golearn.
//
// An ARFF file is a table: what its columns are is decided as package table does
// it, by the options and else by their names. What is read of the format:
// attributes of type numeric, real, integer, string and nominal ({a, b}), names
// and values in single or double quotes with backslash escapes, % comments, ?
// for a missing value, commas or tabs between values, gzip. Sparse rows
// ({1 0.5}), and date and relational attributes, are refused.
//
// The declared values of a nominal attribute are choices of the parameter even
// where no row has them. Values that read as numbers, True, False and None are
// such, as in any table: OpenML declares the integers of a search as nominal. A nominal
// attribute of numbers only becomes an integer or float parameter; a search
// space beside the file or in the options decides otherwise.
//
// [FromGrid] and [ToGrid] exchange studies with golearn's base package.
//
// golearn's own ARFF reader is not used: it knows "real" and nominal attributes
// only, no quotes in names, no missing values and no gzip, and panics at others.
//
// Finding codes: those of package table; instance-weight (a weight after a row is
// ignored).
package arff
