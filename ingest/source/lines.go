package source

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
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
	end      byte
	bytes    int64 // length of the lines so far
}

// Lines opens a file of the source for reading line by line. Close it after use.
func (s *Source) Lines(name string, findings *Findings) (*Lines, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	l := &Lines{file: f, r: bufio.NewReaderSize(f, 1<<18), findings: findings, maxLine: MaxLine, end: '\n'}
	// Old programs for the Mac end lines by a carriage return alone.
	if head, _ := l.r.Peek(l.r.Size()); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		l.end = '\r'
	}
	return l, nil
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
		l.bytes += int64(len(line)) + 1
		l.line = bytes.TrimSuffix(line, []byte("\r"))
		return true
	}
	return false
}

// read returns the next line without its newline.
func (l *Lines) read() (line []byte, tooLong bool) {
	line, err := l.r.ReadSlice(l.end)
	l.long = l.long[:0]
	for err == bufio.ErrBufferFull {
		if !tooLong {
			l.long = append(l.long, line...)
			tooLong = len(l.long) > l.maxLine
		}
		line, err = l.r.ReadSlice(l.end)
	}
	if len(l.long) > 0 {
		l.long = append(l.long, line...)
		line = l.long
	}
	if err != nil {
		l.torn = true
		l.err = err
		return line, tooLong
	}
	return line[:len(line)-1], tooLong
}

// Bytes returns the current line without its end; valid until the next call of Next.
func (l *Lines) Bytes() []byte { return l.line }

// Number returns the number of the current line, from 1.
func (l *Lines) Number() int { return l.number }

// Estimate returns how many lines the file may have, judging by those so far;
// too few if it is compressed.
func (l *Lines) Estimate() int {
	info, err := l.file.raw.Stat()
	if err != nil || l.bytes == 0 {
		return l.number
	}
	return int(1.02 * float64(l.number) * float64(info.Size()) / float64(l.bytes))
}

// EstimateAt is the line after which there are enough to estimate from.
const EstimateAt = 1000

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

// Bad records that the current line cannot be read and is left out: as
// torn-line if it is the unfinished last one, else as bad-line.
func (l *Lines) Bad(err error) {
	if l.torn {
		l.findings.At(Skip, "torn-line", l.Path(), l.number, "unfinished last line left out: %v", err)
		return
	}
	l.findings.At(Skip, "bad-line", l.Path(), l.number, "line left out: %v", err)
}

// Finish closes the file. That the file ends early (a gzip stream cut short or
// damaged) is the finding truncated-file; the error is for everything else.
func (l *Lines) Finish() error {
	err := l.Err()
	var corrupt flate.CorruptInputError
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		l.findings.At(Skip, "truncated-file", l.Path(), l.number, "the file ends early or is damaged (%v); what comes before is kept", err)
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("%s:%d: %w", l.Path(), l.number, err)
	}
	return errors.Join(err, l.Close())
}
