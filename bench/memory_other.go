//go:build !unix

package main

import "math"

// maxResident cannot be told here.
func maxResident() int64 { return 0 }

// processorTime cannot be told here.
func processorTime() float64 { return math.NaN() }
