package data

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

// digits.bin.gz holds 1,797 records of a label and 64 pixels from 0 to 16; digits.py wrote it.
//
//go:embed digits.bin.gz
var digitsFile []byte

// digitsTest is the number of test images of [Digits].
const digitsTest = 360

// Digits returns the embedded data set: the 1,797 test images of "Optical Recognition of
// Handwritten Digits" (E. Alpaydin, C. Kaynak, 1998, UCI Machine Learning Repository,
// doi:10.24432/C50P49, CC BY 4.0) as scikit-learn distributes them, 8x8 pixels of 17 greys.
// 360 of them, the same at each call and as many of each class as of all, are the test images.
func Digits() (*Dataset, error) {
	z, err := gzip.NewReader(bytes.NewReader(digitsFile))
	if err != nil {
		return nil, fmt.Errorf("digits: %w", err)
	}
	records, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("digits: %w", err)
	}
	all := Set{Height: 8, Width: 8, Channels: 1}
	for ; len(records) >= 65; records = records[65:] {
		all.Labels = append(all.Labels, int32(records[0]))
		all.Pixels = append(all.Pixels, records[1:65]...)
	}
	train, test, err := Split(all.Labels, digitsTest, 0)
	if err != nil {
		return nil, fmt.Errorf("digits: %w", err)
	}
	return &Dataset{Name: "digits", Classes: decimal(10), Max: 16, Train: all.subset(train), Test: all.subset(test)}, nil
}

// decimal names classes by their numbers.
func decimal(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	return names
}
