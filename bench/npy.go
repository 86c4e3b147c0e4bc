package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
)

// writeNPY stores a row-major matrix of float64 as numpy.load reads it: format
// version 1.0, little endian.
func writeNPY(path string, data []float64, rows, columns int) error {
	if len(data) != rows*columns {
		return fmt.Errorf("%s: %d values, expected %d x %d", path, len(data), rows, columns)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	header := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns)
	const prefix = 10 // magic, version, length
	for (prefix+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	start := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	if _, err := w.Write(append(start, header...)); err != nil {
		return err
	}
	if err := binary.Write(w, binary.LittleEndian, data); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// readNPY reads what writeNPY has written.
func readNPY(path string) (data []float64, rows, columns int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, 0, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	start := make([]byte, 10)
	if _, err := io.ReadFull(r, start); err != nil {
		return nil, 0, 0, err
	}
	header := make([]byte, binary.LittleEndian.Uint16(start[8:]))
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, 0, 0, err
	}
	if _, err := fmt.Sscanf(string(header), "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", &rows, &columns); err != nil {
		return nil, 0, 0, fmt.Errorf("%s: header %q: %w", path, header, err)
	}
	bits := make([]byte, 8)
	data = make([]float64, rows*columns)
	for i := range data {
		if _, err := io.ReadFull(r, bits); err != nil {
			return nil, 0, 0, fmt.Errorf("%s: value %d of %d: %w", path, i, len(data), err)
		}
		data[i] = math.Float64frombits(binary.LittleEndian.Uint64(bits))
	}
	return data, rows, columns, nil
}
