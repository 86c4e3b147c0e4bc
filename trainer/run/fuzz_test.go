package run

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"github.com/nasalyze/nasalyze/trainer"
)

// Checkpoints of any content are read or refused, also if their check sum is right.
func FuzzCheckpoint(f *testing.F) {
	path := filepath.Join(f.TempDir(), "c")
	c := checkpoint{Config: trainer.Config{BatchSize: 32}, Step: 3, state: [][]float32{{1, 2}, {3}}}
	if err := c.write(path); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content[:len(content)-sha256.Size])
	f.Add([]byte(checkpointMagic + "{\"Sizes\": [1, -1, 4611686018427387904]}\n\x00\x00\x00\x00"))
	f.Add([]byte(checkpointMagic))
	f.Add([]byte("something else"))
	f.Fuzz(func(t *testing.T, body []byte) {
		path := filepath.Join(t.TempDir(), "c")
		sum := sha256.Sum256(body)
		if err := os.WriteFile(path, append(body[:len(body):len(body)], sum[:]...), 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := readCheckpoint(path)
		if err != nil {
			return
		}
		if len(c.state) != len(c.Sizes) {
			t.Fatalf("%d tensors, sizes %v", len(c.state), c.Sizes)
		}
		for i, n := range c.Sizes {
			if len(c.state[i]) != n {
				t.Errorf("tensor %d has %d numbers, not %d", i, len(c.state[i]), n)
			}
		}
	})
}
