package bohb

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// taskSet are searches of three tables of TaskSet (Metz et al. 2020): 1,000 learning curves
// of 51 losses of Adam with 8 parameters. A configuration trains like the setting of the table that is nearest
// in the unit cube. Budgets are 50 steps of the curve by powers of 3, rounded: 1, 2, 6, 17, 50.
func taskSet(t *testing.T) (all []problem) {
	folder := os.Getenv("NASALYZE_DATA")
	if folder == "" {
		t.Log("NASALYZE_DATA names no folder of logs: without the tables of TaskSet")
		return nil
	}
	names := []string{"learning_rate", "beta1", "beta2", "epsilon", "l1", "l2", "linear_decay", "exponential_decay"}
	bounds := [][2]float64{{1e-8, 10}, {1e-4, 1}, {1e-6, 1}, {1e-10, 1e3}, {1e-8, 10}, {1e-8, 10}, {1e-7, 1e-4}, {1e-6, 1e-3}}
	var params []nasalyze.Param
	for i, n := range names {
		params = append(params, nasalyze.Param{Name: n, Lower: bounds[i][0], Upper: bounds[i][1], Log: true})
	}
	space := mustSpace(t, params, nil, nil)
	for _, name := range []string{"patch128_LSTM128_avg_bs64", "patch32_GRU64_avg_bs128", "patch32_VRNN128_tanh_bs128"} {
		f, err := os.Open(filepath.Join(folder, "taskset", "FixedTextRNNClassification_imdb_"+name+".json.gz"))
		if err != nil {
			t.Fatal(err)
		}
		unzip, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(unzip)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var rows []struct {
			HP    map[string]float64
			Valid struct{ Loss []*float64 }
		}
		if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("NaN"), []byte("null")), &rows); err != nil {
			t.Fatal(err)
		}
		points, curves, best := make([][]float64, len(rows)), make([][]float64, len(rows)), math.Inf(1)
		for i, r := range rows {
			for j, n := range names {
				x := r.HP[n]
				if n == "beta1" || n == "beta2" {
					x = 1 - x
				}
				points[i] = append(points[i], math.Log(x/bounds[j][0])/math.Log(bounds[j][1]/bounds[j][0]))
			}
			for _, l := range r.Valid.Loss {
				x := 2 * math.Ln2 // twice that of guessing, also of what diverged
				if l != nil {
					x = min(x, *l)
				}
				curves[i] = append(curves[i], x)
			}
			best = min(best, curves[i][50])
		}
		all = append(all, problem{name, space, 50.0 / 81, 50, func(v []nasalyze.Value, budget float64, _ *rand.Rand) float64 {
			u, err := space.Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			nearest, least := 0, math.Inf(1)
			for i, p := range points {
				d := 0.0
				for j := range p {
					d += (p[j] - u[j]) * (p[j] - u[j])
				}
				if d < least {
					nearest, least = i, d
				}
			}
			return curves[nearest][int(math.Round(min(budget, 50)))]
		}, best})
	}
	return all
}
