// Package configspace reads and writes search spaces as the Python package
// ConfigSpace does, in the JSON dialects of 0.4 to 0.7 ("default",
// "json_format_version", "q", "probabilities") and of 1.x ("default_value",
// "format_version"). Both give the same version number, and real files mix
// them, so each key is read where it is there.
//
// Finding codes: bad-default (a default that is not legal is dropped),
// bounds-from-prior (a normal parameter without bounds is bounded at
// mu +- 4 sigma; a study widens that to its data).
package configspace
