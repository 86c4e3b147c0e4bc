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
	err = eachRow(path, func(r, c int) { rows, columns, data = r, c, make([]float64, 0, r*c) }, func(row []float64) { data = append(data, row...) })
	if err != nil {
		return nil, 0, 0, err
	}
	return data, rows, columns, nil
}

// eachRow hands over the shape of a stored matrix, then its rows one by one, each
// valid until the next.
func eachRow(path string, shape func(rows, columns int), row func([]float64)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	start := make([]byte, 10)
	if _, err := io.ReadFull(r, start); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	header := make([]byte, binary.LittleEndian.Uint16(start[8:]))
	if _, err := io.ReadFull(r, header); err != nil {
		return fmt.Errorf("%s: header: %w", path, err)
	}
	var rows, columns int
	if _, err := fmt.Sscanf(string(header), "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", &rows, &columns); err != nil {
		return fmt.Errorf("%s: header %q: %w", path, header, err)
	}
	shape(rows, columns)
	bits := make([]byte, 8*columns)
	values := make([]float64, columns)
	for i := range rows {
		if _, err := io.ReadFull(r, bits); err != nil {
			return fmt.Errorf("%s: row %d of %d: %w", path, i, rows, err)
		}
		for j := range values {
			values[j] = math.Float64frombits(binary.LittleEndian.Uint64(bits[8*j:]))
		}
		row(values)
	}
	return nil
}
