package fanova

// division divides a column into cells. Functions of the cells of a numeric column are
// given by their changes from one cell to the next.
type division struct {
	weight  []float64 // of each cell
	numeric bool
}

func (x division) cells() int { return len(x.weight) }

// pairTable is a function of two columns, cell by cell, or its changes, of which one row and one
// column more tell where it ends.
type pairTable struct {
	a, b division
	v    []float64
}

// reset makes t the changes of 0.
func (t *pairTable) reset(a, b division) {
	t.a, t.b = a, b
	size := (a.cells() + 1) * (b.cells() + 1)
	if cap(t.v) < size {
		t.v = make([]float64, size)
	}
	t.v = t.v[:size]
	clear(t.v)
}

func (t *pairTable) at(i, j int32) float64 { return t.v[int(i)*(t.b.cells()+1)+int(j)] }

// add adds the changes of a product.
func (t *pairTable) add(first, second []change) {
	stride := t.b.cells() + 1
	for _, f := range first {
		row := t.v[int(f.at)*stride:]
		for _, g := range second {
			row[g.at] += f.by * g.by
		}
	}
}

// effect turns changes into values and takes their means along both columns away.
func (t *pairTable) effect() {
	rows, cols := t.a.cells(), t.b.cells()
	stride := cols + 1
	if t.a.numeric {
		for i := stride; i < rows*stride; i++ {
			t.v[i] += t.v[i-stride]
		}
	}
	means := make([]float64, cols)
	for i := range rows {
		row := t.v[i*stride:][:cols]
		mean := 0.0
		for j := range row {
			if t.b.numeric && j > 0 {
				row[j] += row[j-1]
			}
			mean += t.b.weight[j] * row[j]
		}
		for j := range row {
			row[j] -= mean
			means[j] += t.a.weight[i] * row[j]
		}
	}
	for i := range rows {
		row := t.v[i*stride:][:cols]
		for j := range row {
			row[j] -= means[j]
		}
	}
}

// variance is that of an effect.
func (t *pairTable) variance() float64 {
	v := 0.0
	for i, u := range t.a.weight {
		row := t.v[i*(t.b.cells()+1):]
		for j, w := range t.b.weight {
			v += u * w * row[j] * row[j]
		}
	}
	return v
}
