package source

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// Source is what the user named as a log: a file or a directory.
type Source struct {
	// FS is rooted at the directory, or at the directory that holds the file.
	FS fs.FS
	// Name of the file within FS, "." for a directory.
	Name string
	// Dir tells that the source is a directory.
	Dir bool
	// Path as the user typed it, for messages.
	Path string

	inputs      []nasalyze.Input
	progress    func(done, total int64)
	done, total int64
	expected    map[string]bool
	temp        string // directory to remove on Close
}

// Stdin is the path that stands for standard input.
const Stdin = "-"

// New opens a path of the file system. The path [Stdin] reads all of stdin into
// a temporary file first. Close it after use.
func New(name string, stdin io.Reader) (*Source, error) {
	if name == Stdin {
		return spool(stdin)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return &Source{FS: os.DirFS(name), Name: ".", Dir: true, Path: name}, nil
	}
	return &Source{FS: os.DirFS(filepath.Dir(name)), Name: filepath.Base(name), Path: name}, nil
}

// NewFS opens a name within a file system.
func NewFS(fsys fs.FS, name string) (*Source, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	dir, base := name, "."
	if !info.IsDir() {
		dir, base = path.Dir(name), path.Base(name)
	}
	sub, err := fs.Sub(fsys, dir)
	if err != nil {
		return nil, err
	}
	return &Source{FS: sub, Name: base, Dir: info.IsDir(), Path: name}, nil
}

func spool(stdin io.Reader) (_ *Source, err error) {
	if stdin == nil {
		return nil, errors.New("no standard input")
	}
	dir, err := os.MkdirTemp("", "nasalyze-")
	if err != nil {
		return nil, err
	}
	s := &Source{FS: os.DirFS(dir), Name: "stdin", Path: Stdin, temp: dir}
	f, err := os.Create(filepath.Join(dir, s.Name))
	if err == nil {
		_, err = io.Copy(f, stdin)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reading standard input: %w", err), s.Close())
	}
	return s, nil
}

// Close removes what New made.
func (s *Source) Close() error {
	if s.temp == "" {
		return nil
	}
	return os.RemoveAll(s.temp)
}

// Sub returns the source of a directory within s, which shares nothing with s.
func (s *Source) Sub(dir string) (*Source, error) {
	sub, err := fs.Sub(s.FS, dir)
	if err != nil {
		return nil, err
	}
	return &Source{FS: sub, Name: ".", Dir: true, Path: filepath.Join(s.root(), dir)}, nil
}

// root is the directory of FS as the user would type it.
func (s *Source) root() string {
	if s.Dir {
		return s.Path
	}
	return filepath.Dir(s.Path)
}

// Display returns how a file of the source is named to the user.
func (s *Source) Display(name string) string {
	if !s.Dir && name == s.Name {
		return s.Path
	}
	return filepath.Join(s.root(), name)
}

var runDirectory = regexp.MustCompile(`^(run[_-]?)?[0-9]+$`)

// Title is a name for the study in the source: the last part of the path
// without the suffixes of tables, with the parent in front where that part is
// only run_1, 1 or the like.
func (s *Source) Title() string {
	if s.Path == Stdin {
		return "stdin"
	}
	p := s.Path
	if abs, err := filepath.Abs(p); err == nil && (p == "." || p == "" || strings.HasPrefix(p, "..")) {
		p = abs
	}
	base := filepath.Base(p)
	if parent := filepath.Base(filepath.Dir(p)); runDirectory.MatchString(base) && parent != "." && parent != string(filepath.Separator) {
		return parent + "/" + base
	}
	if !s.Dir {
		base = strings.TrimSuffix(base, ".gz")
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return base
}

// Files returns the names of the files in the directory, sorted; nil for a file.
func (s *Source) Files() []string { return s.entries(false) }

// Dirs returns the names of the directories in the directory, sorted; nil for a file.
func (s *Source) Dirs() []string { return s.entries(true) }

func (s *Source) entries(dirs bool) []string {
	entries, err := fs.ReadDir(s.FS, ".")
	if err != nil || !s.Dir {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() == dirs {
			names = append(names, e.Name())
		}
	}
	return names
}

// Has reports whether there is a file of that name in the directory, or beside the file.
func (s *Source) Has(name string) bool {
	info, err := fs.Stat(s.FS, name)
	return err == nil && !info.IsDir()
}

// Head returns up to n first bytes of a file, gzip undone, without counting it as read.
func (s *Source) Head(name string, n int) ([]byte, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := plain(bufio.NewReaderSize(f, 4096))
	if err != nil {
		return nil, err
	}
	buf := make([]byte, n)
	k, err := io.ReadFull(r, buf)
	if k == 0 && err != nil && err != io.EOF {
		return nil, err
	}
	return buf[:k], nil
}

// plain undoes gzip, known by its magic bytes.
func plain(r *bufio.Reader) (io.Reader, error) {
	if magic, err := r.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return r, nil
	}
	return gzip.NewReader(r)
}

// Watch makes the source report progress to f.
func (s *Source) Watch(f func(done, total int64)) { s.progress = f }

// Expect adds the sizes of files to the total that progress is measured against.
func (s *Source) Expect(names ...string) {
	for _, name := range names {
		if info, err := fs.Stat(s.FS, name); err == nil && !s.expected[name] {
			if s.expected == nil {
				s.expected = make(map[string]bool)
			}
			s.expected[name] = true
			s.total += info.Size()
		}
	}
}

// Inputs returns the files that were opened and closed, in that order.
func (s *Source) Inputs() []nasalyze.Input { return s.inputs }

// Open opens a file of the source for reading, gzip undone. Closing it records
// its size and SHA-256 (of the file as it lies there, compressed or not).
func (s *Source) Open(name string) (*File, error) {
	s.Expect(name)
	raw, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	f := &File{source: s, name: name, raw: raw, hash: sha256.New()}
	f.buf = bufio.NewReaderSize(readerFunc(f.readRaw), 1<<18)
	if f.r, err = plain(f.buf); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", s.Display(name), err), raw.Close())
	}
	return f, nil
}

// ReadFile reads a whole file of the source, gzip undone.
func (s *Source) ReadFile(name string) ([]byte, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Display(name), err)
	}
	return data, nil
}

// File is an open file of a [Source].
type File struct {
	source *Source
	name   string
	raw    fs.File
	buf    *bufio.Reader
	r      io.Reader
	hash   hash.Hash
	size   int64
	closed bool
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (f *File) readRaw(p []byte) (int, error) {
	n, err := f.raw.Read(p)
	f.hash.Write(p[:n])
	f.size += int64(n)
	f.source.done += int64(n)
	if f.source.progress != nil && n > 0 {
		f.source.progress(f.source.done, max(f.source.total, f.source.done))
	}
	return n, err
}

// Read reads the file, gzip undone.
func (f *File) Read(p []byte) (int, error) { return f.r.Read(p) }

// Path returns the name of the file as shown to the user.
func (f *File) Path() string { return f.source.Display(f.name) }

// Close reads what is left, so that the hash is that of the whole file, and closes it.
func (f *File) Close() error {
	if f.closed {
		return nil
	}
	f.closed = true
	_, err := io.Copy(io.Discard, f.buf)
	f.source.inputs = append(f.source.inputs, nasalyze.Input{
		Path: f.Path(), Size: f.size, SHA256: hex.EncodeToString(f.hash.Sum(nil))})
	return errors.Join(err, f.raw.Close())
}
