package source

import (
	"bufio"
	"bytes"
	"io"
)

// MaxLine is the longest line that is read, in bytes; longer ones are skipped
// with the finding long-line.
const MaxLine = 256 << 20

// Lines reads a file line by line.
type Lines struct {
	file     *File
	r        *bufio.Reader
	findings *Findings
	line     []byte
	long     []byte // holds a line that is longer than the buffer
	number   int
	torn     bool
	err      error
	maxLine  int
}

// Lines opens a file of the source for reading line by line. Close it after use.
func (s *Source) Lines(name string, findings *Findings) (*Lines, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	return &Lines{file: f, r: bufio.NewReaderSize(f, 1<<18), findings: findings, maxLine: MaxLine}, nil
}

// Next goes to the next line and reports whether there is one.
func (l *Lines) Next() bool {
	for l.err == nil {
		l.number++
		line, tooLong := l.read()
		if tooLong {
			l.findings.At(Skip, "long-line", l.Path(), l.number, "line of more than %d bytes left out", l.maxLine)
			continue
		}
		if l.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(line) == 0 && (l.err != nil || l.torn) {
			break // the end of the file
		}
		l.line = bytes.TrimSuffix(line, []byte("\r"))
		return true
	}
	return false
}

// read returns the next line without its newline.
func (l *Lines) read() (line []byte, tooLong bool) {
	line, err := l.r.ReadSlice('\n')
	l.long = l.long[:0]
	for err == bufio.ErrBufferFull {
		if !tooLong {
			l.long = append(l.long, line...)
			tooLong = len(l.long) > l.maxLine
		}
		line, err = l.r.ReadSlice('\n')
	}
	if len(l.long) > 0 {
		l.long = append(l.long, line...)
		line = l.long
	}
	if err != nil {
		l.torn = true
		if err != io.EOF {
			l.err = err
		} else {
			l.err = io.EOF
		}
		return line, tooLong
	}
	return line[:len(line)-1], tooLong
}

// Bytes returns the current line without its end; valid until the next call of Next.
func (l *Lines) Bytes() []byte { return l.line }

// Number returns the number of the current line, from 1.
func (l *Lines) Number() int { return l.number }

// Torn reports that the current line is the last and has no newline: if it
// cannot be read, its writer was killed.
func (l *Lines) Torn() bool { return l.torn }

// Path returns the name of the file as shown to the user.
func (l *Lines) Path() string { return l.file.Path() }

// Err returns what ended the reading early, nil at the end of the file.
func (l *Lines) Err() error {
	if l.err == io.EOF {
		return nil
	}
	return l.err
}

// Close closes the file.
func (l *Lines) Close() error { return l.file.Close() }
