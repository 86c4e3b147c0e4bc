package data

import (
	"os"
	"path/filepath"
	"testing"
)

// Files of any content are read or refused, and what is read has the size it says.
func FuzzIDX(f *testing.F) {
	f.Add([]byte{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9})
	f.Add([]byte{0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	f.Add([]byte{31, 139})
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "train-images-idx3-ubyte")
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		pixels, dims, err := mnist.read(path, 3)
		if err == nil && len(pixels) != dims[0]*dims[1]*dims[2] {
			t.Errorf("%d bytes for %v", len(pixels), dims)
		}
	})
}

func FuzzCIFAR(f *testing.F) {
	f.Add(make([]byte, 3073))
	f.Add(make([]byte, 3072))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "data_batch_1.bin")
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		set := Set{Height: 32, Width: 32, Channels: 3}
		if err := cifar10.read(path, 1, &set); err == nil && (set.Len() != 1 || len(set.Pixels) != 3072 || set.Labels[0] > 9) {
			t.Errorf("%d images, %d pixels, labels %v", set.Len(), len(set.Pixels), set.Labels)
		}
	})
}
