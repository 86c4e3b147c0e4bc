package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/arff"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
	tables "github.com/nasalyze/nasalyze/ingest/table"
)

var readWorkloads = []workload{{
	name: "read",
	what: "reading a million results of 200,000 configurations at five budgets, per format, ours alone",
	run:  runRead,
}}

// readFormats in which the same results are written.
var readFormats = []struct {
	name, file string
	write      func(io.Writer, *nasalyze.Study) error
}{
	{"JSONL", "log.jsonl", jsonl.Write},
	{"CSV", "log.csv", func(w io.Writer, s *nasalyze.Study) error { return tables.Write(w, s, ',') }},
	{"CSV, gzipped", "log.csv.gz", func(w io.Writer, s *nasalyze.Study) error {
		z := gzip.NewWriter(w)
		if err := tables.Write(z, s, ','); err != nil {
			return err
		}
		return z.Close()
	}},
	{"ARFF", "log.arff", arff.Write},
}

// readFolders in which other programs store the same results, and which nasalyze reads
// but does not write.
var readFolders = []struct {
	name, folder string
	write        func(dir string, s *nasalyze.Study) error
}{
	{"HpBandSter", "hpbandster", writeHpBandSter},
	{"DeepCAVE", "deepcave", writeDeepCAVE},
}

func runRead(ctx context.Context, b *bench, emit func(*row)) error {
	n := 1_000_000
	if b.quick {
		n = 50_000
	}
	study, err := manyResults(n)
	if err != nil {
		return err
	}
	var csv int64
	read := func(format, path string) error {
		size, err := sizeOf(path)
		if err != nil {
			return err
		}
		text := size // before compression
		switch filepath.Base(path) {
		case "log.csv":
			csv = size
		case "log.csv.gz":
			text = csv
		}
		outcomes, err := b.turns(ctx, 2, contender{name: "ingest", job: job{Task: "read", Path: path, Bytes: text}})
		if err != nil {
			return err
		}
		r := &row{Workload: "read", Input: format + ", " + thousands(n) + " results, " + formatBytes(float64(size)), Ours: outcomes[0], Bytes: text}
		if last := r.Ours.last(); last != nil && last.Done && last.value("trials") != float64(n) {
			return fmt.Errorf("%s: read %v trials, wrote %d", format, last.value("trials"), n)
		}
		emit(r)
		return os.RemoveAll(path)
	}
	for _, f := range readFolders {
		dir := filepath.Join(b.dir, f.folder)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		if err := f.write(dir, study); err != nil {
			return err
		}
		if err := read(f.name, dir); err != nil {
			return err
		}
	}
	for _, f := range readFormats {
		path := filepath.Join(b.dir, f.file)
		if err := writeFile(path, func(w io.Writer) error { return f.write(w, study) }); err != nil {
			return err
		}
		if err := read(f.name, path); err != nil {
			return err
		}
	}
	return nil
}

// manyResults makes a study of n results, five per configuration.
func manyResults(n int) (*nasalyze.Study, error) {
	space, err := nasalyze.NewSpace("five parameters", []nasalyze.Param{
		{Name: "lr", Kind: nasalyze.Float, Lower: 1e-6, Upper: 1, Log: true},
		{Name: "dropout", Kind: nasalyze.Float, Upper: 1},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 5},
		{Name: "optimizer", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("Adam"), nasalyze.Text("SGD")}},
		{Name: "batch", Kind: nasalyze.Int, Lower: 8, Upper: 128, Log: true},
	}, nil, nil)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	study := &nasalyze.Study{Name: "many", Space: space, Objectives: []nasalyze.Objective{{Name: "loss", Lower: math.NaN(), Upper: math.NaN()}}}
	clock := 1.7e9
	for i := range n / 5 {
		study.Configs = append(study.Configs, nasalyze.Config{ID: fmt.Sprintf("(%d, 0, %d)", i/27, i%27), Values: []nasalyze.Value{
			nasalyze.Number(math.Exp(-10 * rng.Float64())), nasalyze.Number(rng.Float64()), nasalyze.Integer(1 + rng.Int64N(5)),
			space.Params[3].Choices[i%2], nasalyze.Integer(8 << rng.IntN(5)),
		}})
		for k := range 5 {
			clock += 0.25
			study.Trials = append(study.Trials, nasalyze.Trial{
				Config: i, Budget: math.Pow(3, float64(k)), Values: []float64{rng.Float64()}, Status: nasalyze.Success,
				Submitted: clock, Started: clock + 0.001, Finished: clock + rng.Float64(),
			})
		}
	}
	return study, nil
}

// writeHpBandSter stores a study as HpBandSter's result logger does.
func writeHpBandSter(dir string, s *nasalyze.Study) error {
	id := func(c int) string { return fmt.Sprintf("[%d, 0, %d]", c/27, c%27) }
	err := writeFile(filepath.Join(dir, "configs.json"), func(w io.Writer) error {
		for i := range s.Configs {
			fmt.Fprintf(w, "[%s, ", id(i))
			if err := writeValues(w, s, i); err != nil {
				return err
			}
			io.WriteString(w, `, {"model_based_pick": false}]`+"\n")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "results.json"), func(w io.Writer) error {
		for _, t := range s.Trials {
			fmt.Fprintf(w, `[%s, %v, {"submitted": %v, "started": %v, "finished": %v}, {"loss": %v, "info": {}}, null]`+"\n",
				id(t.Config), t.Budget, t.Submitted, t.Started, t.Finished, t.Values[0])
		}
		return nil
	})
}

// writeDeepCAVE stores a study as DeepCAVE's recorder does, without a space.
func writeDeepCAVE(dir string, s *nasalyze.Study) error {
	err := writeFile(filepath.Join(dir, "meta.json"), func(w io.Writer) error {
		_, err := io.WriteString(w, `{"objectives": [{"name": "loss", "lower": 0, "upper": 1, "optimize": "lower"}], "budgets": [1, 3, 9, 27, 81], "seeds": [-1]}`)
		return err
	})
	if err != nil {
		return err
	}
	err = writeFile(filepath.Join(dir, "configs.json"), func(w io.Writer) error {
		for i := range s.Configs {
			fmt.Fprintf(w, "%s\"%d\": ", map[bool]string{true: "{\n", false: ",\n"}[i == 0], i)
			if err := writeValues(w, s, i); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "\n}\n")
		return err
	})
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "history.jsonl"), func(w io.Writer) error {
		for _, t := range s.Trials {
			fmt.Fprintf(w, "[%d, %v, -1, [%v], %.2f, %.2f, 1, {}]\n", t.Config, t.Budget, t.Values[0], t.Started-1.7e9, t.Finished-1.7e9)
		}
		return nil
	})
}

// writeValues writes the values of a configuration as a JSON object.
func writeValues(w io.Writer, s *nasalyze.Study, i int) error {
	for j, v := range s.Configs[i].Values {
		text, err := v.MarshalJSON()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s%s: %s", map[bool]string{true: "{", false: ", "}[j == 0], strconv.Quote(s.Space.Params[j].Name), text)
	}
	_, err := io.WriteString(w, "}")
	return err
}

// writeFile creates a file; what write leaves unsaid about errors, Flush says.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// sizeOf a file or of the files in a folder, in bytes.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, e := range entries {
		size, err := sizeOf(filepath.Join(path, e.Name()))
		if err != nil {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}
