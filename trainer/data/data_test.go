package data

import (
	"bytes"
	"compress/gzip"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDigits(t *testing.T) {
	d, err := Open("digits", "")
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 1437 || d.Test.Len() != 360 || len(d.Classes) != 10 {
		t.Fatalf("%d training and %d test images of %d classes, expected 1437, 360, 10", d.Train.Len(), d.Test.Len(), len(d.Classes))
	}
	// From scikit-learn's description of the data: the images of each class, and
	// pixels from 0 to 16; the sum of all pixels from digits.images.sum().
	want := []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}
	count, sum, top := make([]int, 10), 0, uint8(0)
	for _, s := range []*Set{&d.Train, &d.Test} {
		for _, l := range s.Labels {
			count[l]++
		}
		for _, p := range s.Pixels {
			sum, top = sum+int(p), max(top, p)
		}
	}
	if !slices.Equal(count, want) || sum != 561718 || top != 16 {
		t.Errorf("classes %v, sum of pixels %d, largest %d; expected %v, 561718, 16", count, sum, top, want)
	}
	again, err := Digits()
	if err != nil || again.Digest() != d.Digest() {
		t.Errorf("two calls differ: %v", err)
	}
}

func TestSplit(t *testing.T) {
	// 10 of class 0, 5 of class 1, 5 of class 2.
	labels := slices.Concat(make([]int32, 10), slices.Repeat([]int32{1, 2}, 5))
	rest, held, err := Split(labels, 8, 1)
	if err != nil {
		t.Fatal(err)
	}
	var count [3]int
	for _, i := range held {
		count[labels[i]]++
	}
	if len(held) != 8 || count != [3]int{4, 2, 2} {
		t.Errorf("held %d of the classes %v, expected 8 of [4 2 2]", len(held), count)
	}
	all := slices.Sorted(slices.Values(slices.Concat(rest, held)))
	for i := range labels {
		if i >= len(all) || all[i] != i {
			t.Fatalf("%v and %v are no division of 0..19", rest, held)
		}
	}
	if _, other, _ := Split(labels, 8, 2); slices.Equal(other, held) {
		t.Error("another seed gives the same division")
	}
	if _, _, err := Split(labels, 20, 1); err == nil || !strings.Contains(err.Error(), "cannot hold out 20 of 20") {
		t.Errorf("nothing left to train on: error %v", err)
	}
}

func TestMoments(t *testing.T) {
	s := Set{Height: 1, Width: 2, Channels: 2, Pixels: []uint8{1, 7, 3, 7, 9, 9, 9, 9}, Labels: []int32{0, 0}}
	mean, deviation := s.Moments([]int{0})
	if !slices.Equal(mean, []float64{2, 7}) || !slices.Equal(deviation, []float64{1, 1}) {
		t.Errorf("mean %v, deviation %v, expected [2 7], [1 1]", mean, deviation)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// refused insists that an error says all of the words.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, expected one with %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	_, err := Open("cifra10", "x")
	refused(t, err, `"cifra10"`, "cifar10, cifar100, mnist")
	_, err = Open("cifar10", "")
	refused(t, err, "name their directory")
}

func TestCIFAR(t *testing.T) {
	dir := t.TempDir()
	_, err := Open("cifar10", dir)
	refused(t, err, "data_batch_1.bin", "cifar-10-binary.tar.gz", "MD5 c32a1d4a", "cs.toronto.edu/~kriz/cifar.html")

	small := cifar10
	small.train, small.images = small.train[:1], 2
	record := make([]byte, 3073)
	record[0] = 7
	record[1+0], record[1+1024], record[1+2048] = 10, 20, 30 // first pixel
	record[1+1], record[1+1025], record[1+2049] = 11, 21, 31 // second
	file := filepath.Join(dir, small.folder, small.train[0])
	var set Set
	write(t, file, slices.Concat(record, record))
	set = Set{Height: 32, Width: 32, Channels: 3}
	if err := small.read(file, 2, &set); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(set.Labels, []int32{7, 7}) || !slices.Equal(set.Image(1)[:6], []uint8{10, 20, 30, 11, 21, 31}) {
		t.Errorf("labels %v, pixels %v", set.Labels, set.Image(1)[:6])
	}
	write(t, file, record[:3000])
	refused(t, small.read(file, 2, &set), file, "3000 bytes", "6146", "torn")
	record[0] = 10
	write(t, file, slices.Concat(record, record))
	refused(t, small.read(file, 2, &set), "label 10", "less than 10")

	// CIFAR-100: the second byte is the class.
	hundred := append([]byte{19, 99}, make([]byte, 3072)...)
	write(t, file, hundred)
	set = Set{Height: 32, Width: 32, Channels: 3}
	if err := cifar100.read(file, 1, &set); err != nil || set.Labels[0] != 99 {
		t.Errorf("cifar100: %v, %v", set.Labels, err)
	}
}

// A whole data set of the right size, of zeros but for labels.
func TestCIFARWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 184 MB")
	}
	dir := t.TempDir()
	batch := make([]byte, 10000*3073)
	for i := range 10000 {
		batch[i*3073] = byte(i % 10)
	}
	for _, name := range append(cifar10.train, cifar10.test...) {
		write(t, filepath.Join(dir, cifar10.folder, name), batch)
	}
	write(t, filepath.Join(dir, cifar10.folder, "batches.meta.txt"), []byte("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"))
	d, err := Open("cifar10", dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 50000 || d.Test.Len() != 10000 || d.Classes[9] != "truck" {
		t.Errorf("%d and %d images, classes %v", d.Train.Len(), d.Test.Len(), d.Classes)
	}
}

func TestIDX(t *testing.T) {
	dir := t.TempDir()
	_, err := Open("fashion-mnist", dir)
	refused(t, err, "train-images-idx3-ubyte", "github.com/zalandoresearch/fashion-mnist", "put them there")

	images := append([]byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3}, 1, 2, 3, 4, 5, 6)
	labels := append([]byte{0, 0, 8, 1, 0, 0, 0, 2}, 9, 4)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(images)
	z.Close()
	for _, prefix := range []string{"train", "t10k"} {
		write(t, filepath.Join(dir, prefix+"-images-idx3-ubyte.gz"), packed.Bytes())
		write(t, filepath.Join(dir, prefix+"-labels-idx1-ubyte"), labels)
	}
	d, err := Open("fashion-mnist", dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Height != 1 || d.Train.Width != 3 || !slices.Equal(d.Test.Image(1), []uint8{4, 5, 6}) || !slices.Equal(d.Train.Labels, []int32{9, 4}) {
		t.Errorf("read %+v", d.Train)
	}

	path := filepath.Join(dir, "train-images-idx3-ubyte")
	write(t, path+".gz", packed.Bytes()[:packed.Len()-6])
	_, err = Open("mnist", dir)
	refused(t, err, path+".gz", "torn")
	write(t, path, images[:len(images)-1])
	_, err = Open("mnist", dir)
	refused(t, err, "5 bytes", "expected 6")
	write(t, path, labels)
	_, err = Open("mnist", dir)
	refused(t, err, "no idx file")
	write(t, path, slices.Concat([]byte{0, 0, 8, 3}, bytes.Repeat([]byte{255}, 12)))
	_, err = Open("mnist", dir)
	refused(t, err, "impossible")
	write(t, path, slices.Concat([]byte{0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2}, images[16:]))
	_, err = Open("mnist", dir)
	refused(t, err, "3 images, but 2 labels")
}

func drawPNG(t *testing.T, path string, width int, c color.Color) {
	t.Helper()
	var img interface {
		image.Image
		Set(x, y int, c color.Color)
	} = image.NewRGBA(image.Rect(0, 0, width, 2))
	if _, grey := c.(color.Gray); grey {
		img = image.NewGray(image.Rect(0, 0, width, 2))
	}
	for x := range width {
		img.Set(x, 0, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	write(t, path, b.Bytes())
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	_, err := Open("images", dir)
	refused(t, err, "0 subdirectories", "one for each")
	for i := range 5 {
		drawPNG(t, filepath.Join(dir, "cat", string(rune('a'+i))+".png"), 3, color.Gray{uint8(i)})
		drawPNG(t, filepath.Join(dir, "dog", string(rune('a'+i))+".PNG"), 3, color.Gray{200})
	}
	write(t, filepath.Join(dir, "dog", "README"), []byte("not an image"))
	d, err := Open("images", dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 8 || d.Test.Len() != 2 || !slices.Equal(d.Classes, []string{"cat", "dog"}) || d.Train.Channels != 1 || d.Train.Width != 3 {
		t.Errorf("%d and %d images of %d channels, %v", d.Train.Len(), d.Test.Len(), d.Train.Channels, d.Classes)
	}
	if last := d.Train.Len() - 1; d.Train.Labels[last] != 1 || d.Train.Image(last)[0] != 200 || d.Train.Image(last)[3] != 0 {
		t.Errorf("last image is %v of class %d", d.Train.Image(last), d.Train.Labels[last])
	}

	// A coloured image makes all of them colours, and directories may be given.
	drawPNG(t, filepath.Join(dir, "split", "train", "cat", "a.png"), 2, color.Gray{5})
	drawPNG(t, filepath.Join(dir, "split", "train", "dog", "a.png"), 2, color.RGBA{1, 2, 3, 255})
	drawPNG(t, filepath.Join(dir, "split", "test", "cat", "a.png"), 2, color.Gray{5})
	_, err = Open("images", filepath.Join(dir, "split"))
	refused(t, err, `the classes ["cat"]`, `expected ["cat" "dog"]`)
	drawPNG(t, filepath.Join(dir, "split", "test", "dog", "a.png"), 2, color.Gray{5})
	d, err = Open("images", filepath.Join(dir, "split"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.Train.Image(1)[:3], []uint8{1, 2, 3}) || !slices.Equal(d.Test.Image(0)[:3], []uint8{5, 5, 5}) {
		t.Errorf("pixels %v, %v", d.Train.Image(1)[:3], d.Test.Image(0)[:3])
	}

	drawPNG(t, filepath.Join(dir, "dog", "z.png"), 4, color.Gray{1})
	_, err = Open("images", dir)
	refused(t, err, "z.png", "4x2", "3x2")
	write(t, filepath.Join(dir, "dog", "z.png"), []byte("torn"))
	_, err = Open("images", dir)
	refused(t, err, "z.png")
}
