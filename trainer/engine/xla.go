//go:build xla

package engine

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gomlx/go-xla/compute/xla"
)

func init() { openers = append(openers, opener{"xla", openXLA}) }

// openXLA opens an XLA backend by the absolute path of a PJRT plugin. Nothing is looked for
// or downloaded: the package that does is not part of this program.
func openXLA(plugin, cache string) (*Engine, error) {
	if plugin == "" {
		return nil, errors.New("engine xla needs a PJRT plugin: --engine xla:/path/to/plugin.so")
	}
	path, err := filepath.Abs(plugin)
	if err != nil {
		return nil, err
	}
	e := new(Engine)
	if cache != "" {
		if e.Programs, err = openPrograms(cache); err != nil {
			return nil, err
		}
		if err := cachePlugin(path, e.Programs); err != nil {
			return nil, fmt.Errorf("engine xla: %w", err)
		}
	}
	b, err := xla.New(path)
	if err != nil {
		return nil, fmt.Errorf("engine xla: %w", err)
	}
	e.Backend = b
	e.About = fmt.Sprintf("XLA by go-xla %s: %s, %s", version("github.com/gomlx/go-xla"), b.Description(), b.DeviceDescription(0))
	if e.Programs != nil {
		e.Programs.identity = identify(path, e.About)
	}
	return e, nil
}
