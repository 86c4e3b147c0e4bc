package forest

// Column describes one column of a table: what its values are and over which
// domain a fitted tree is later integrated.
type Column struct {
	// Levels is 0 for a numeric column and k for a categorical column whose
	// values are the level indices 0, 1, ..., k-1.
	Levels int
	// Lower and Upper bound a numeric column. Both zero means the unit
	// interval. They are not used for categorical columns.
	Lower, Upper float64
}

// Bounds returns the domain of a numeric column.
func (c Column) Bounds() (lower, upper float64) {
	if c.Lower == 0 && c.Upper == 0 {
		return 0, 1
	}
	return c.Lower, c.Upper
}

// Tree is a fitted regression tree as plain arrays, one entry per node. Node 0
// is the root and the nodes are in preorder: the left child of node i is i+1
// ([Tree.Left]), followed by the whole left subtree, then the right child. A single
// forward (backward) loop visits parents before (after) their children.
//
// A tree must not be modified once it is fitted.
type Tree struct {
	// Feature is the column that the node splits on, -1 for a leaf.
	Feature []int32
	// Threshold of a numeric split: rows with x <= Threshold go left.
	Threshold []float64
	// Subset of a categorical split: the offset into Bits of the set of levels
	// that go left; -1 for leaves and numeric splits. Nil if all splits are numeric.
	Subset []int32
	// Right is the right child, -1 for a leaf.
	Right []int32
	// Value is the weighted mean of the responses of the training rows in the node.
	Value []float64
	// Variance is the weighted population variance of these responses.
	Variance []float64
	// Weight is the sum of the weights of the training rows in the node, in units of
	// WeightUnit. Numbers of rows are exact up to 2^24.
	Weight []float32
	// WeightUnit is 1 for rows without weights, else the power of two next above the
	// largest weight.
	WeightUnit float64
	// Bits holds the level sets of all categorical splits, (levels+63)/64 words each;
	// bit l of a set tells whether level l goes left.
	Bits []uint64
}

// NumNodes returns the number of nodes, leaves included.
func (t *Tree) NumNodes() int { return len(t.Feature) }

// NumLeaves returns the number of leaves.
func (t *Tree) NumLeaves() int { return (len(t.Feature) + 1) / 2 }

// IsLeaf reports whether node i is a leaf.
func (t *Tree) IsLeaf(i int) bool { return t.Feature[i] < 0 }

// Left returns the left child of node i, which must not be a leaf.
func (t *Tree) Left(i int) int { return i + 1 }

// LevelSet returns the offset into Bits of the set of levels that node i sends left, -1
// for a numeric split.
func (t *Tree) LevelSet(i int) int {
	if t.Subset == nil {
		return -1
	}
	return int(t.Subset[i])
}

// GoesLeft reports whether a value v of column Feature[i] goes to the left child of node i.
func (t *Tree) GoesLeft(i int, v float64) bool {
	if s := t.LevelSet(i); s >= 0 {
		l := int(v)
		return t.Bits[s+l>>6]>>(uint(l)&63)&1 != 0
	}
	return v <= t.Threshold[i]
}

// Leaf returns the index of the leaf that row x falls into. The row must hold
// one value per column, without NaN.
func (t *Tree) Leaf(x []float64) int {
	i := 0
	for t.Feature[i] >= 0 {
		if t.GoesLeft(i, x[t.Feature[i]]) {
			i = t.Left(i)
		} else {
			i = int(t.Right[i])
		}
	}
	return i
}

// Depth returns the largest number of splits on a path from the root to a leaf.
func (t *Tree) Depth() int {
	depth := make([]int, len(t.Feature))
	deepest := 0
	for i := range t.Feature {
		if t.Feature[i] < 0 {
			continue
		}
		d := depth[i] + 1
		depth[t.Left(i)], depth[t.Right[i]] = d, d
		deepest = max(deepest, d)
	}
	return deepest
}

// Forest is a fitted random forest: plain immutable data that others can build on.
type Forest struct {
	// Columns of the table that the forest was fitted to.
	Columns []Column
	Trees   []Tree
	// OutOfBag tells how well the forest predicts rows it has not seen.
	OutOfBag OutOfBag
}

// OutOfBag is the quality of a forest on the rows that each tree left out.
type OutOfBag struct {
	// Prediction of each training row by the trees that have not seen it, NaN
	// where there is none.
	Prediction []float64
	// N is the number of rows with a prediction.
	N int
	// R2 is the coefficient of determination 1 - SSE/SST over these rows; it is
	// negative when the forest predicts worse than the mean.
	R2 float64
	// Spearman is the rank correlation of prediction and response. Both are NaN
	// where they cannot be computed (no bootstrap, [Options.NoOutOfBag], no variance, fewer than two rows).
	Spearman float64
}
