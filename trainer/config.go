package trainer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// Config is one point of [Space], as numbers.
type Config struct {
	Blocks   [Groups]int     // residual blocks of each group
	Filters  int             // channels of the first convolution
	Widen    [Groups]float64 // channels of a group over those before it
	Branches [Groups]int     // branches of each block

	LearningRate float64 // the highest of a cycle
	BatchSize    int     // images of a step
	WeightDecay  float64 // factor of the L2 term
	Momentum     float64
	Mixup        float64 // alpha of the Beta distribution; 0 means no mixup
	Cutout       int     // side of the square, pixels; 0 means no cutout
	DeathRate    float64 // of ShakeDrop; 0 where no group has one branch
}

// FromValues returns the configuration of one value per parameter of [Space]. The
// error lists everything that is wrong with them.
func FromValues(values []nasalyze.Value) (Config, error) {
	space := Space()
	if errs := space.Check(values); len(errs) > 0 {
		return Config{}, fmt.Errorf("configuration is outside the space: %w", errors.Join(errs...))
	}
	number := func(name string) float64 {
		x, _ := values[space.Index(name)].Float() // absent: 0
		if values[space.Index(name)].IsAbsent() {
			return 0
		}
		return x
	}
	c := Config{
		Filters:      int(number("initial_filters")),
		LearningRate: number("learning_rate"),
		BatchSize:    int(number("batch_size")),
		WeightDecay:  number("weight_decay"),
		Momentum:     number("momentum"),
		Mixup:        number("alpha"),
		Cutout:       int(number("length")),
		DeathRate:    number("death_rate"),
	}
	for g := range Groups {
		c.Blocks[g] = int(number(numbered("nr_residual_blocks", g)))
		c.Widen[g] = number(numbered("widen_factor", g))
		c.Branches[g] = int(number(numbered("res_branches", g)))
	}
	return c, nil
}

// ReadConfig reads a configuration as a JSON object of the parameters' names and
// values. Every active parameter must be there and no other: nothing has a default.
func ReadConfig(r io.Reader) (Config, error) {
	var object map[string]nasalyze.Value
	dec := json.NewDecoder(r)
	if err := dec.Decode(&object); err != nil {
		return Config{}, fmt.Errorf("configuration is no JSON object of numbers: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Config{}, errors.New("configuration: there is something after the JSON object")
	}
	space := Space()
	values := make([]nasalyze.Value, len(space.Params))
	var unknown []string
	for name, v := range object {
		if i := space.Index(name); i >= 0 {
			values[i] = v
		} else {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		var names []string
		for _, p := range space.Params {
			names = append(names, p.Name)
		}
		return Config{}, fmt.Errorf("configuration: no parameter %q, expected %s", unknown, strings.Join(names, ", "))
	}
	return FromValues(values)
}
