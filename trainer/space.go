package trainer

import (
	"fmt"

	"github.com/nasalyze/nasalyze"
)

// Groups is the number of groups of residual blocks.
const Groups = 3

// Space returns the search space of the paper: 17 numeric parameters and one
// condition.
//
//	nr_residual_blocks_1..3  int    [1, 16] log       blocks of the group
//	initial_filters          int    [8, 32] log       channels of the first convolution
//	widen_factor_1           float  [0.5, 8] log      channels of the group over those before it
//	widen_factor_2, 3        float  [0.5, 4] log
//	res_branches_1..3        int    [1, 5]            branches of each block of the group
//	learning_rate            float  [1e-3, 1] log     the highest, at the start of each cycle
//	batch_size               int    [32, 128] log     images of a step
//	weight_decay             float  [1e-5, 1e-3] log  factor of the L2 term
//	momentum                 float  [1e-3, 0.99]      of Nesterov's method
//	alpha                    float  [0, 1]            mixup draws its weight from Beta(alpha, alpha)
//	length                   int    [0, 20]           side of cutout's square, pixels
//	death_rate               float  [0, 1]            probability that ShakeDrop closes a block;
//	                                                  only if a group has one branch
func Space() *nasalyze.Space {
	var params []nasalyze.Param
	add := func(name string, kind nasalyze.Kind, lower, upper float64, log bool) {
		params = append(params, nasalyze.Param{Name: name, Kind: kind, Lower: lower, Upper: upper, Log: log})
	}
	for g := range Groups {
		add(numbered("nr_residual_blocks", g), nasalyze.Int, 1, 16, true)
	}
	add("initial_filters", nasalyze.Int, 8, 32, true)
	for g, upper := range [Groups]float64{8, 4, 4} {
		add(numbered("widen_factor", g), nasalyze.Float, 0.5, upper, true)
	}
	oneBranch := nasalyze.Clause{Op: nasalyze.Or}
	for g := range Groups {
		name := numbered("res_branches", g)
		add(name, nasalyze.Int, 1, 5, false)
		oneBranch.Clauses = append(oneBranch.Clauses, nasalyze.Clause{Op: nasalyze.Eq, Param: name, Values: []nasalyze.Value{nasalyze.Integer(1)}})
	}
	add("learning_rate", nasalyze.Float, 1e-3, 1, true)
	add("batch_size", nasalyze.Int, 32, 128, true)
	add("weight_decay", nasalyze.Float, 1e-5, 1e-3, true)
	add("momentum", nasalyze.Float, 1e-3, 0.99, false)
	add("alpha", nasalyze.Float, 0, 1, false)
	add("length", nasalyze.Int, 0, 20, false)
	add("death_rate", nasalyze.Float, 0, 1, false)

	space, err := nasalyze.NewSpace("multi-branch residual network", params, []nasalyze.Condition{{Child: "death_rate", When: oneBranch}}, nil)
	if err != nil {
		panic(err) // the definition above is wrong
	}
	return space
}

// numbered is the name of a parameter of group g, counted from 1 in names.
func numbered(name string, g int) string { return fmt.Sprintf("%s_%d", name, g+1) }
