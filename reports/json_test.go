package reports

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Numbers that cannot be told must survive the JSON form as NaN, and show there
// as null: a reader in any language must not take them for zero.
func TestJSONRoundTrip(t *testing.T) {
	nan := math.NaN()
	a := &Analysis{
		Schema: Schema,
		Budgets: []Budget{{Budget: 1, N: 3, Best: Best{Config: -1, Value: nan}, Quartiles: [5]float64{1, 2, nan, 4, 5},
			OOB: OutOfBag{R2: nan, Spearman: 0.5}, Importance: []Importance{{Params: []string{"lr"}, Individual: Stat{0.25, nan, nan, nan}}},
			Surfaces: []Surface{{Mean: [][]float64{{1, nan}, {2, 3}}}}}},
		Correlations: []Correlation{{N: 2, Spearman: RankStat{Rho: nan, Reason: "n = 2"}}},
		Configs:      []Config{{ID: "</script>", Values: []float64{nan, 1e-300}}},
	}
	var buf bytes.Buffer
	if err := Write(&buf, a); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(buf.String(), `"rho": null`) {
		t.Errorf("no null for an undefined correlation in\n%s", buf.String())
	}
	b, err := Read(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("round trip (-wrote +read):\n%s", diff)
	}
	buf.Reset()
	if err := WriteCompact(&buf, a); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(buf.String(), "</script") {
		t.Error("compact form would end a script element")
	}
}

func TestReadRefusesOtherSchemas(t *testing.T) {
	if _, err := Read(strings.NewReader(`{"schema":"nasalyze-report/99"}`)); err == nil || !strings.Contains(err.Error(), Schema) {
		t.Errorf("got %v, expected an error that names %s", err, Schema)
	}
}
