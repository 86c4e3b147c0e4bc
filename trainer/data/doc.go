// Package data reads sets of labelled images: the embedded digits, CIFAR-10 and
// CIFAR-100, MNIST and its relatives, and images in one directory per class. Nothing
// is downloaded: what is missing is an error that says what to get and where to put it.
package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Set is a number of labelled images of one size.
type Set struct {
	Height, Width, Channels int
	// Pixels are bytes, image by image, row by row, the channels of a pixel together.
	Pixels []uint8
	// Labels are classes from 0, one per image.
	Labels []int32
}

// Len is the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Image returns the pixels of image i, which are not copied.
func (s *Set) Image(i int) []uint8 {
	size := s.Height * s.Width * s.Channels
	return s.Pixels[i*size : (i+1)*size]
}

// Dataset is a data set with a fixed division into training and test images.
type Dataset struct {
	Name string
	// Classes are the names of the labels.
	Classes []string
	// Max is the brightest value that a pixel can have.
	Max uint8
	// Mirror tells that an image and its mirror image show the same class. It does not
	// hold for digits.
	Mirror bool
	// Train and Test have images of one size.
	Train, Test Set
}

// Digest is the SHA-256 of all pixels and labels in hexadecimal digits: two runs with
// one digest saw the same data.
func (d *Dataset) Digest() string {
	h := sha256.New()
	for _, s := range []*Set{&d.Train, &d.Test} {
		fmt.Fprintln(h, s.Height, s.Width, s.Channels, s.Len())
		h.Write(s.Pixels)
		for _, l := range s.Labels {
			h.Write([]byte{byte(l), byte(l >> 8), byte(l >> 16), byte(l >> 24)})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// source is a data set that can be named.
type source struct {
	name string
	// about says what it is and where its files come from.
	about string
	open  func(dir string) (*Dataset, error)
}

var sources = []source{
	{"digits", "1,797 handwritten digits of 8x8 pixels, embedded (UCI, CC BY 4.0)", func(string) (*Dataset, error) { return Digits() }},
	{"cifar10", "60,000 colour images of 32x32 pixels, 10 classes", cifar10.open},
	{"cifar100", "the same with 100 classes", cifar100.open},
	{"mnist", "70,000 handwritten digits of 28x28 pixels", mnist.open},
	{"fashion-mnist", "70,000 pieces of clothing of 28x28 pixels, 10 classes", fashion.open},
	{"images", "PNG and JPEG files in one directory per class", openFolder},
}

// Names lists the data sets that [Open] knows, and what each is.
func Names() (names, about []string) {
	for _, s := range sources {
		names, about = append(names, s.name), append(about, s.about)
	}
	return names, about
}

// Open reads the data set of that name from the files in dir, which digits does not need.
func Open(name, dir string) (*Dataset, error) {
	i := slices.IndexFunc(sources, func(s source) bool { return s.name == name })
	if i < 0 {
		names, _ := Names()
		return nil, fmt.Errorf("no data set %q, expected one of %s", name, strings.Join(names, ", "))
	}
	if dir == "" && name != "digits" {
		return nil, fmt.Errorf("data set %s is read from files: name their directory", name)
	}
	return sources[i].open(dir)
}

// Moments returns mean and standard deviation of the pixels of each channel over
// the images of indices, for normalisation. The deviation of a constant channel is 1.
func (s *Set) Moments(indices []int) (mean, deviation []float64) {
	mean, deviation = make([]float64, s.Channels), make([]float64, s.Channels)
	n := float64(len(indices) * s.Height * s.Width)
	for _, i := range indices {
		for k, p := range s.Image(i) {
			mean[k%s.Channels] += float64(p) / n
		}
	}
	for _, i := range indices {
		for k, p := range s.Image(i) {
			d := float64(p) - mean[k%s.Channels]
			deviation[k%s.Channels] += d * d / n
		}
	}
	for c, v := range deviation {
		deviation[c] = math.Sqrt(v)
		if v == 0 {
			deviation[c] = 1
		}
	}
	return mean, deviation
}
