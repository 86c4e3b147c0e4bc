package source

import (
	"fmt"

	"github.com/nasalyze/nasalyze"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// retype gives choices that the space has as text the type that the log has:
// PCS files do not tell "True" from true.
func (b *Builder) retype(space **nasalyze.Space) error { return nil }
