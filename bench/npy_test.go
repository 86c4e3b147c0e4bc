package main

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNPY(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.npy")
	want := []float64{1, -2.5, 1e300, 0, math.Inf(1), 3}
	if err := writeNPY(path, want, 2, 3); err != nil {
		t.Fatal(err)
	}
	got, rows, columns, err := readNPY(path)
	if err != nil || rows != 2 || columns != 3 || !slices.Equal(got, want) {
		t.Fatalf("read %v, %d x %d, %v", got, rows, columns, err)
	}
	// The format (numpy.lib.format): magic, version 1.0, length of a header that
	// ends in a newline, all of it a multiple of 64 bytes, then the values.
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	length := 10 + int(binary.LittleEndian.Uint16(raw[8:]))
	if string(raw[:8]) != "\x93NUMPY\x01\x00" || length%64 != 0 || raw[length-1] != '\n' || len(raw) != length+8*len(want) {
		t.Errorf("header %q, %d bytes in all", raw[:length], len(raw))
	}
	if v := math.Float64frombits(binary.LittleEndian.Uint64(raw[length+8:])); v != -2.5 {
		t.Errorf("second value is %v", v)
	}
	if err := os.WriteFile(path, raw[:len(raw)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := readNPY(path); err == nil || !strings.Contains(err.Error(), "row 1 of 2") {
		t.Errorf("cut file: %v", err)
	}
	if err := writeNPY(path, want, 4, 3); err == nil {
		t.Error("6 values were written as 4 x 3")
	}
}
