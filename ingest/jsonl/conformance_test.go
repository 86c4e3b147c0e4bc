package jsonl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// TestPublishedLogs converts published logs of every kind to JSONL and back.
func TestPublishedLogs(t *testing.T) {
	data := os.Getenv("NASALYZE_DATA")
	if data == "" {
		t.Skip("NASALYZE_DATA is not set: it names the folder with published logs")
	}
	for _, name := range []string{
		"hpbandster/example_5_run", "hpbandster/deepcave_run_4", "hpbandster/cave_autopytorch", "hpbandster/boah_bnn",
		"deepcave/digits_sklearn", "deepcave/mnist_pytorch", "deepcave/dataframe", "csv/cc_cartpole_ppo.csv.gz",
	} {
		t.Run(name, func(t *testing.T) {
			want, _, err := ingest.Open(context.Background(), filepath.Join(data, filepath.FromSlash(name)), ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			compact(t, want)
			var text bytes.Buffer
			if err := jsonl.Write(&text, want); err != nil {
				t.Fatal(err)
			}
			got, f, err := read(text.String(), source.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := equal(want, got); d != "" {
				t.Errorf("study changed (-read from the log +from JSONL):\n%.2000s", d)
			}
			t.Logf("%d configurations, %d trials, %d bytes; findings %v", len(got.Configs), len(got.Trials), text.Len(), f.All())
		})
	}
}

// compact takes white space out of free-form JSON, as writing it on a line does.
func compact(t *testing.T, s *nasalyze.Study) {
	one := func(raw *json.RawMessage) {
		if *raw == nil {
			return
		}
		var b bytes.Buffer
		if err := json.Compact(&b, *raw); err != nil {
			t.Fatalf("%v: %s", err, *raw)
		}
		*raw = b.Bytes()
	}
	for i := range s.Configs {
		one(&s.Configs[i].Extra)
	}
	for i := range s.Trials {
		one(&s.Trials[i].Info)
	}
}
