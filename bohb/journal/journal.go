// Package journal is a file of lines that outlives its writer: the one truth about
// a search, from which it goes on after it was killed at any moment.
//
//   - Lines are appended, each with one write, and count once [Journal.Sync] has
//     returned. Whoever acts on a line syncs first.
//   - A line that a killed writer left unfinished was never synced, so nothing can
//     have been built on it: [Open] takes it away.
//   - A write that fails, because the disk is full, is taken back as far as it got.
//     The lines before it stay whole, and the journal takes no more.
//   - A lock keeps a second writer off (flock, which ends with its process, however
//     that ends).
//
// What the lines say is not known here.
package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrLocked is returned where another process writes the journal.
var ErrLocked = errors.New("another process is writing it")

// file is what a journal needs of *os.File; tests put a full disk in its place.
type file interface {
	io.ReadWriteSeeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// Journal is an open journal. It is not safe for concurrent use.
type Journal struct {
	path  string
	f     file
	size  int64 // of the whole lines
	lines int
	dirty bool
	err   error // of the write that failed
}

// Open opens the journal at path, which it makes if there is none, locks it, and
// takes away an unfinished last line. torn is how many bytes that were.
func Open(path string) (j *Journal, torn int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := lock(f); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, err
	}
	whole, lines, err := wholeLines(f, size)
	if err != nil {
		return nil, 0, err
	}
	if whole < size {
		if err := f.Truncate(whole); err != nil {
			return nil, 0, err
		}
	}
	if err := f.Sync(); err != nil {
		return nil, 0, err
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, 0, err
	}
	return &Journal{path: path, f: f, size: whole, lines: lines}, size - whole, nil
}

// syncDir makes the name of a new file last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, os.ErrInvalid) {
		return err
	}
	return nil
}

// wholeLines returns where the last newline of the first size bytes ends, and how
// many there are.
func wholeLines(r io.ReaderAt, size int64) (whole int64, lines int, err error) {
	buf := make([]byte, 1<<16)
	for at := int64(0); at < size; {
		part := buf[:min(size-at, int64(len(buf)))]
		if _, err := r.ReadAt(part, at); err != nil {
			return 0, 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			whole = at + int64(i) + 1
			lines += bytes.Count(part, []byte{'\n'})
		}
		at += int64(len(part))
	}
	return whole, lines, nil
}

// Write appends one or more whole lines. After an error the journal holds what it
// held before, and takes no more.
func (j *Journal) Write(lines []byte) (int, error) {
	switch {
	case j.err != nil:
		return 0, j.err
	case len(lines) == 0 || lines[len(lines)-1] != '\n':
		return 0, fmt.Errorf("%s: a line without an end is not written", j.path)
	}
	n, err := j.f.Write(lines)
	if err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	if err != nil {
		j.err = fmt.Errorf("%s cannot be written; it is whole up to the line before: %w", j.path, err)
		if n > 0 {
			if err := j.f.Truncate(j.size); err != nil {
				// The next Open finds an unfinished line, or a whole one that nobody acted on.
				j.err = errors.Join(j.err, err)
			}
		}
		return 0, j.err
	}
	j.size += int64(n)
	j.lines += bytes.Count(lines, []byte{'\n'})
	j.dirty = true
	return n, nil
}

// Sync returns when all lines written are on the disk. After an error it is not
// known which of them are, and the journal takes no more.
func (j *Journal) Sync() error {
	if j.err != nil || !j.dirty {
		return j.err
	}
	if err := j.f.Sync(); err != nil {
		j.err = fmt.Errorf("%s cannot be synced: %w", j.path, err)
		return j.err
	}
	j.dirty = false
	return nil
}

// Read and Seek read the lines that are there; writes append wherever they left off.
func (j *Journal) Read(p []byte) (int, error) { return j.f.Read(p) }

// Seek moves the place where Read goes on.
func (j *Journal) Seek(offset int64, whence int) (int64, error) { return j.f.Seek(offset, whence) }

// Size is the length of the whole lines in bytes, Lines their number.
func (j *Journal) Size() int64 { return j.size }
func (j *Journal) Lines() int  { return j.lines }

// Close syncs, closes and unlocks the journal. An error that Write or Sync returned
// before is not returned again.
func (j *Journal) Close() error {
	if j.err != nil {
		return j.f.Close()
	}
	return errors.Join(j.Sync(), j.f.Close())
}
