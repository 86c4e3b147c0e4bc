package html

import (
	"testing"

	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// Every chart is drawn, and nothing is said in the console, refused by the policy or
// asked of the network.
func TestEveryChartIsDrawn(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), window{width: 1280, height: 900})
	for _, id := range []string{"plot-pair", "plot-importance", "plot-marginal", "plot-surface", "plot-time", "plot-parallel"} {
		p.drawn(id)
		if label := eval[string](p, "document.getElementById('"+id+"').getAttribute('aria-label')"); len(label) < 40 {
			t.Errorf("%s says %q to a screen reader", id, label)
		}
	}
	p.quiet()
}
