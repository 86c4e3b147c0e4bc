package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Programs keeps compiled programs in a directory, from one process to the next. Several processes may share
// one. Nothing is ever removed: the directory can be, at any time.
type Programs struct {
	dir string
	// identity is what the result of compiling depends on beside the program: compiler and device.
	identity string

	mu         sync.Mutex
	reused     int
	compiled   int
	writeError error
}

// programMagic starts each file; the SHA-256 of the rest follows, then the program.
const programMagic = "nasalyze program 1\n"

// openPrograms makes the directory.
func openPrograms(dir string) (*Programs, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot keep compiled programs: %w", err)
	}
	return &Programs{dir: dir}, nil
}

// Counts tells how many programs of this process were there already and how many had
// to be compiled, and the first reason why one of these could not be kept: that is no
// reason for a training to fail.
func (p *Programs) Counts() (reused, compiled int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reused, p.compiled, p.writeError
}

// file of the program that is compiled from these parts.
func (p *Programs) file(source ...[]byte) string {
	h := sha256.New()
	for _, part := range append([][]byte{[]byte(p.identity)}, source...) {
		binary.Write(h, binary.LittleEndian, uint64(len(part)))
		h.Write(part)
	}
	return filepath.Join(p.dir, hex.EncodeToString(h.Sum(nil)))
}

// load returns the program in a file; nil if there is none, or a torn one.
func (p *Programs) load(file string) []byte {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	rest, ok := bytes.CutPrefix(content, []byte(programMagic))
	if !ok || len(rest) < sha256.Size || sha256.Sum256(rest[sha256.Size:]) != [sha256.Size]byte(rest[:sha256.Size]) {
		return nil
	}
	return rest[sha256.Size:]
}

// store writes a file whole or not at all.
func (p *Programs) store(file string, program []byte) {
	sum := sha256.Sum256(program)
	if err := writeWhole(file, []byte(programMagic), sum[:], program); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.writeError == nil {
			p.writeError = fmt.Errorf("compiled programs are not kept: %w", err)
		}
	}
}

func writeWhole(file string, parts ...[]byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".program*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	for _, part := range parts {
		if _, err := f.Write(part); err != nil {
			f.Close()
			return err
		}
	}
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
