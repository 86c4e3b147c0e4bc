package run

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nasalyze/nasalyze/trainer"
)

// checkpoint is a training at some step. In a file it is a line that says so, a line of JSON, the
// numbers of the state as little-endian float32, and the SHA-256 of all that.
type checkpoint struct {
	Config     trainer.Config
	Data       string // its digest
	Validation int
	Seed       uint64
	Budget     float64
	FirstCycle float64
	// Start is the second at which the schedule starts: not 0 if the training went on
	// from one at a lower budget.
	Start float64
	// Seconds of training and steps so far.
	Seconds float64
	Step    int
	Done    bool
	Sizes   []int // of the tensors

	state [][]float32
}

const checkpointMagic = "nasalyze checkpoint 1\n"

// write writes the file whole or not at all.
func (c *checkpoint) write(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("cannot write the checkpoint %s: %w", path, err)
		}
	}()
	c.Sizes = nil
	for _, t := range c.state {
		c.Sizes = append(c.Sizes, len(t))
	}
	head, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sum := sha256.New()
	buffered := bufio.NewWriterSize(f, 1<<20)
	w := io.MultiWriter(buffered, sum)
	if _, err := fmt.Fprintf(w, "%s%s\n", checkpointMagic, head); err != nil {
		return err
	}
	for _, t := range c.state {
		if err := binary.Write(w, binary.LittleEndian, t); err != nil {
			return err
		}
	}
	if _, err := buffered.Write(sum.Sum(nil)); err != nil {
		return err
	}
	if err := errors.Join(buffered.Flush(), f.Chmod(0o644), f.Sync()); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// writable reports why a checkpoint could not be written to path, before hours of
// training show it.
func writable(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("cannot write a checkpoint: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// readCheckpoint reads a file; nil without an error if there is none.
func readCheckpoint(path string) (*checkpoint, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutPrefix(content, []byte(checkpointMagic))
	if !ok {
		return nil, fmt.Errorf("%s is no checkpoint", path)
	}
	end := len(content) - sha256.Size
	if end < len(checkpointMagic) || sha256.Sum256(content[:end]) != [sha256.Size]byte(content[end:]) {
		return nil, fmt.Errorf("the checkpoint %s is torn: its check sum is wrong", path)
	}
	head, numbers, _ := bytes.Cut(body[:len(body)-sha256.Size], []byte("\n"))
	c := new(checkpoint)
	if err := json.Unmarshal(head, c); err != nil {
		return nil, fmt.Errorf("the checkpoint %s cannot be read: %w", path, err)
	}
	r := bytes.NewReader(numbers)
	for _, n := range c.Sizes {
		if n < 0 || n > r.Len()/4 {
			return nil, fmt.Errorf("the checkpoint %s has fewer numbers than it says", path)
		}
		t := make([]float32, n)
		if err := binary.Read(r, binary.LittleEndian, t); err != nil {
			return nil, fmt.Errorf("the checkpoint %s cannot be read: %w", path, err)
		}
		c.state = append(c.state, t)
	}
	return c, nil
}

// resume finds the checkpoint that a training goes on from, nil if it starts anew.
// The current one fits the options: same configuration, data and division.
func resume(o Options, fresh checkpoint) (*checkpoint, error) {
	if o.Checkpoint != "" {
		c, err := readCheckpoint(o.Checkpoint)
		if err != nil {
			return nil, err
		}
		if c != nil {
			if err := c.fits(o.Checkpoint, fresh); err != nil {
				return nil, err
			}
			if c.Budget != o.Budget || c.FirstCycle != o.FirstCycle {
				return nil, fmt.Errorf("the checkpoint %s is of a budget of %v seconds (first cycle %v), not of %v (%v): move it away, or continue from it",
					o.Checkpoint, c.Budget, c.FirstCycle, o.Budget, o.FirstCycle)
			}
			return c, nil
		}
	}
	if o.Continue == "" {
		return nil, nil
	}
	c, err := readCheckpoint(o.Continue)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, fmt.Errorf("there is no checkpoint %s to continue from", o.Continue)
	case !c.Done:
		return nil, fmt.Errorf("the training of the checkpoint %s was interrupted at %.1f of %v seconds: end it first", o.Continue, c.Seconds, c.Budget)
	case c.Seconds >= o.Budget:
		return nil, fmt.Errorf("the checkpoint %s has %.1f seconds of training, which leaves nothing of a budget of %v", o.Continue, c.Seconds, o.Budget)
	}
	if err := c.fits(o.Continue, fresh); err != nil {
		return nil, err
	}
	c.Budget, c.FirstCycle, c.Start, c.Done = o.Budget, o.FirstCycle, c.Seconds, false
	return c, nil
}

// fits reports why a checkpoint is of another training.
func (c *checkpoint) fits(path string, fresh checkpoint) error {
	switch {
	case c.Config != fresh.Config:
		return fmt.Errorf("the checkpoint %s is of another configuration: %+v", path, c.Config)
	case c.Data != fresh.Data || c.Validation != fresh.Validation:
		return fmt.Errorf("the checkpoint %s is of other data, or of another number of validation images", path)
	case c.Seed != fresh.Seed:
		return fmt.Errorf("the checkpoint %s is of seed %d, not %d", path, c.Seed, fresh.Seed)
	}
	return nil
}
