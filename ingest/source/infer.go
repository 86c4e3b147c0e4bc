package source

import (
	"fmt"

	"github.com/nasalyze/nasalyze"
)

// infer makes a space of the configurations.
func (b *Builder) infer() (*nasalyze.Space, error) { return nil, fmt.Errorf("no space") }
