package data

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// idx is a data set in the four files of MNIST (Y. LeCun, C. Cortes, C. Burges).
type idx struct {
	name, page string
	classes    []string
	mirror     bool
}

var mnist = idx{name: "mnist", page: "http://yann.lecun.com/exdb/mnist/ or a mirror of it", classes: decimal(10)}

var fashion = idx{name: "fashion-mnist", page: "https://github.com/zalandoresearch/fashion-mnist", mirror: true,
	classes: []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}}

func (x idx) open(dir string) (*Dataset, error) {
	d := &Dataset{Name: x.name, Classes: x.classes, Max: 255, Mirror: x.mirror}
	for i, set := range []*Set{&d.Train, &d.Test} {
		prefix := []string{"train", "t10k"}[i]
		images, dims, err := x.read(filepath.Join(dir, prefix+"-images-idx3-ubyte"), 3)
		if err != nil {
			return nil, err
		}
		labels, n, err := x.read(filepath.Join(dir, prefix+"-labels-idx1-ubyte"), 1)
		if err != nil {
			return nil, err
		}
		if n[0] != dims[0] || n[0] == 0 {
			return nil, fmt.Errorf("%s: %s: %d images, but %d labels", x.name, filepath.Join(dir, prefix+"-*"), dims[0], n[0])
		}
		*set = Set{Height: dims[1], Width: dims[2], Channels: 1, Pixels: images}
		for i, l := range labels {
			if int(l) >= len(x.classes) {
				return nil, fmt.Errorf("%s: %s: label %d is %d, expected less than %d", x.name, prefix+"-labels-idx1-ubyte", i, l, len(x.classes))
			}
			set.Labels = append(set.Labels, int32(l))
		}
	}
	if d.Train.Height != d.Test.Height || d.Train.Width != d.Test.Width {
		return nil, fmt.Errorf("%s: training images have %dx%d pixels, test images %dx%d", x.name, d.Train.Height, d.Train.Width, d.Test.Height, d.Test.Width)
	}
	return d, nil
}

// read reads a file of bytes with the given number of dimensions, compressed or not.
func (x idx) read(path string, rank int) (content []byte, dims []int, err error) {
	fail := func(format string, args ...any) ([]byte, []int, error) {
		return nil, nil, fmt.Errorf(x.name+": "+format+"; download its four files from %s and put them there, packed (.gz) or not", append(args, x.page)...)
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if file, err = os.Open(path + ".gz"); errors.Is(err, fs.ErrNotExist) {
			return fail("there is no file %s and no %s.gz", path, filepath.Base(path))
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", x.name, err)
	}
	defer file.Close()
	var r io.Reader = file
	if strings.HasSuffix(file.Name(), ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return fail("%s is not a gzip file: %w", file.Name(), err)
		}
	}
	if content, err = io.ReadAll(r); err != nil {
		return fail("%s is torn: %w", file.Name(), err)
	}
	head := 4 + 4*rank
	if len(content) < head || content[0] != 0 || content[1] != 0 || content[2] != 8 || int(content[3]) != rank {
		return fail("%s is no idx file of bytes with %d dimensions", file.Name(), rank)
	}
	size := uint64(1)
	for k := range rank {
		n := binary.BigEndian.Uint32(content[4+4*k:])
		dims = append(dims, int(n))
		if size *= uint64(n); size > 1<<40 {
			return fail("%s states impossible dimensions", file.Name())
		}
	}
	if uint64(len(content)-head) != size {
		return fail("%s is torn: %d bytes of data, expected %d", file.Name(), len(content)-head, size)
	}
	return content[head:], dims, nil
}
