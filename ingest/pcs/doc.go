// Package pcs reads parameter configuration spaces in the new format (AClib 2,
// SMAC 3) and the old one (SMAC 1 and 2), line by line, so that a file may mix them:
//
//	lr real [1e-6, 0.1] [0.01] log            lr [1e-6, 0.1] [0.01]l
//	n integer [1, 3] [2]                      n [1, 3] [2]i
//	opt categorical {Adam, SGD} [Adam]        opt {Adam, SGD} [Adam]
//	size ordinal {small, big} [small]
//	momentum | opt == SGD && n > 1            momentum | opt in {SGD}
//	{opt=SGD, n=3}
//
// The format has no types for choices: they are text here, and a study that
// logs true for True or 1 for "1" gets them retyped (see package source). A
// categorical of one value is a constant. Several conditions of one parameter
// must all hold; && binds stronger than ||.
//
// ConfigSpace 0.x writes quantised parameters with the prefix Q<step>_ before
// the name, which no reader takes off again: the prefix is taken off here.
//
// Finding codes: quantised-name (that prefix), bad-default, ignored-line (text
// that is no definition), unsupported-clause (a forbidden clause other than
// equalities, as SMAC 2 allows, is left out).
package pcs
