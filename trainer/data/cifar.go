package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// cifar is one of the two data sets of A. Krizhevsky, "Learning Multiple Layers of
// Features from Tiny Images", 2009, in its binary version: records of the labels and
// three planes of 32x32 bytes.
type cifar struct {
	name        string
	archive     string // of the binary version
	md5         string // of the archive, from its page
	folder      string // in the archive
	train, test []string
	names       string // file with the names of the classes
	labels      int    // bytes before the planes, the last of them the label
	classes     int
	images      int // of a file of train; test has 10,000
}

const cifarPage = "https://www.cs.toronto.edu/~kriz/cifar.html"

var cifar10 = cifar{
	name: "cifar10", archive: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530", folder: "cifar-10-batches-bin",
	train: []string{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
	test:  []string{"test_batch.bin"}, names: "batches.meta.txt", labels: 1, classes: 10, images: 10000,
}

var cifar100 = cifar{
	name: "cifar100", archive: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8", folder: "cifar-100-binary",
	train: []string{"train.bin"}, test: []string{"test.bin"}, names: "fine_label_names.txt", labels: 2, classes: 100, images: 50000,
}

func (c cifar) open(dir string) (*Dataset, error) {
	if _, err := os.Stat(filepath.Join(dir, c.folder)); err == nil {
		dir = filepath.Join(dir, c.folder)
	}
	d := &Dataset{Name: c.name, Classes: decimal(c.classes), Max: 255, Mirror: true}
	if text, err := os.ReadFile(filepath.Join(dir, c.names)); err == nil {
		if names := strings.Fields(string(text)); len(names) == c.classes {
			d.Classes = names
		}
	}
	for _, part := range []struct {
		set    *Set
		files  []string
		images int
	}{{&d.Train, c.train, c.images}, {&d.Test, c.test, 10000}} {
		*part.set = Set{Height: 32, Width: 32, Channels: 3}
		for _, name := range part.files {
			if err := c.read(filepath.Join(dir, name), part.images, part.set); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// read appends the records of a file to a set.
func (c cifar) read(path string, images int, to *Set) error {
	const plane = 32 * 32
	record := c.labels + 3*plane
	get := fmt.Sprintf("download %s (MD5 %s) from %s and unpack it into the directory that you name", c.archive, c.md5, cifarPage)
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no file %s; %s", c.name, path, get)
	case err != nil:
		return fmt.Errorf("%s: %w", c.name, err)
	case len(content) != images*record:
		return fmt.Errorf("%s: %s has %d bytes, expected %d records of %d bytes = %d: it is torn, or not of the binary version; %s",
			c.name, path, len(content), images, record, images*record, get)
	}
	for i := range images {
		r := content[i*record : (i+1)*record]
		label := r[c.labels-1]
		if int(label) >= c.classes {
			return fmt.Errorf("%s: %s: record %d has the label %d, expected less than %d: it is no %s file; %s", c.name, path, i, label, c.classes, c.name, get)
		}
		to.Labels = append(to.Labels, int32(label))
		planes := r[c.labels:]
		for p := range plane {
			to.Pixels = append(to.Pixels, planes[p], planes[plane+p], planes[2*plane+p])
		}
	}
	return nil
}
