package data

import (
	"fmt"
	"image"
	_ "image/jpeg" // formats that openFolder reads
	_ "image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// openFolder reads dir/train/CLASS/*.png and dir/test/CLASS/*.png (or .jpg, .jpeg), or, if dir has
// neither train nor test, dir/CLASS/*, a fifth of which become test images. All images
// have one size; they are grey only if all files are.
func openFolder(dir string) (*Dataset, error) {
	d := &Dataset{Name: "images", Max: 255, Mirror: true}
	halves := []string{filepath.Join(dir, "train"), filepath.Join(dir, "test")}
	_, errTrain := os.Stat(halves[0])
	_, errTest := os.Stat(halves[1])
	if errTrain != nil && errTest != nil {
		f := folder{classes: classesOf(dir)}
		if err := f.read(dir); err != nil {
			return nil, err
		}
		all := f.set(f.grey)
		train, test, err := Split(all.Labels, len(all.Labels)/5, 0)
		if err != nil {
			return nil, fmt.Errorf("images: %s: %w", dir, err)
		}
		d.Classes, d.Train, d.Test = f.classes, all.subset(train), all.subset(test)
		return d, nil
	}
	d.Classes = classesOf(halves[0])
	var parts [2]folder
	for i, half := range halves {
		parts[i].classes = d.Classes
		if err := parts[i].read(half); err != nil {
			return nil, err
		}
	}
	grey := parts[0].grey && parts[1].grey
	d.Train, d.Test = parts[0].set(grey), parts[1].set(grey)
	if d.Train.Height != d.Test.Height || d.Train.Width != d.Test.Width {
		return nil, fmt.Errorf("images: those of %s have %dx%d pixels, those of %s %dx%d", halves[0], d.Train.Width, d.Train.Height, halves[1], d.Test.Width, d.Test.Height)
	}
	return d, nil
}

// classesOf are the subdirectories of dir in the order of their names.
func classesOf(dir string) []string {
	entries, _ := os.ReadDir(dir) // what is wrong with dir shows when it is read
	var names []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// folder collects the images of one directory.
type folder struct {
	classes []string
	images  []image.Image
	labels  []int32
	grey    bool
}

func (f *folder) read(dir string) error {
	f.grey = true
	if len(f.classes) < 2 {
		return fmt.Errorf("images: %s has %d subdirectories, expected one for each of at least 2 classes, with PNG or JPEG files in it", dir, len(f.classes))
	}
	if more := classesOf(dir); !slices.Equal(more, f.classes) {
		return fmt.Errorf("images: %s has the classes %q, expected %q", dir, more, f.classes)
	}
	var size image.Point
	for label, class := range f.classes {
		files, err := os.ReadDir(filepath.Join(dir, class))
		if err != nil {
			return fmt.Errorf("images: %w", err)
		}
		before := len(f.images)
		for _, e := range files {
			path := filepath.Join(dir, class, e.Name())
			switch strings.ToLower(filepath.Ext(path)) {
			case ".png", ".jpg", ".jpeg":
			default:
				continue
			}
			img, err := decode(path)
			if err != nil {
				return fmt.Errorf("images: %s: %w", path, err)
			}
			if len(f.images) == 0 {
				size = img.Bounds().Size()
			}
			if s := img.Bounds().Size(); s != size {
				return fmt.Errorf("images: %s has %dx%d pixels, others %dx%d: make them all the same size first", path, s.X, s.Y, size.X, size.Y)
			}
			switch img.(type) {
			case *image.Gray, *image.Gray16:
			default:
				f.grey = false
			}
			f.images, f.labels = append(f.images, img), append(f.labels, int32(label))
		}
		if len(f.images) == before {
			return fmt.Errorf("images: %s has no file that ends in .png, .jpg or .jpeg", filepath.Join(dir, class))
		}
	}
	return nil
}

func decode(path string) (image.Image, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	img, _, err := image.Decode(file)
	return img, err
}

// set turns images to bytes.
func (f *folder) set(grey bool) Set {
	b := f.images[0].Bounds()
	s := Set{Height: b.Dy(), Width: b.Dx(), Channels: 3, Labels: f.labels}
	if grey {
		s.Channels = 1
	}
	for _, img := range f.images {
		b := img.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				r, g, b, _ := img.At(x, y).RGBA()
				s.Pixels = append(s.Pixels, uint8(r>>8))
				if !grey {
					s.Pixels = append(s.Pixels, uint8(g>>8), uint8(b>>8))
				}
			}
		}
	}
	return s
}
