//go:build !unix

package main

import "errors"

// replaceProcess cannot be done here.
func replaceProcess(string, []string) error { return errors.ErrUnsupported }
