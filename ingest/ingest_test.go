package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"
)

const (
	someConfigs = `[[0,0,0], {"x": 1, "opt": "sgd"}, {"model_based_pick": false}]
[[0,0,1], {"x": 2, "opt": "adam"}, {"model_based_pick": true}]
`
	someResults = `[[0,0,0], 1.0, {"submitted": 0, "started": 0, "finished": 1}, {"loss": 0.5, "info": {}}, null]
[[0,0,1], 1.0, {"submitted": 0, "started": 0, "finished": 1}, {"loss": 0.25, "info": {}}, null]
[[0,0,1], 3.0, {"submitted": 1, "started": 1, "finished": 4}, {"loss": 0.125, "info": {}}, null]
`
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func run4(fsys fstest.MapFS, dir string) {
	fsys[dir+"/configs.json"], fsys[dir+"/results.json"] = file(someConfigs), file(someResults)
}

func TestOneRunWithinIsRead(t *testing.T) {
	fsys := fstest.MapFS{"log/notes.txt": file("x"), "log/other/readme": file("x")}
	run4(fsys, "log/run_1")
	study, findings, err := OpenFS(context.Background(), fsys, "log", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if study.Name != "log/run_1" || len(study.Trials) != 3 || findings[0].Code != "single-run" || !strings.Contains(findings[0].Message, "log/run_1") {
		t.Errorf("%s: %d trials, findings %v", study.Name, len(study.Trials), findings)
	}
	p := study.Provenance
	if p.Format != "hpbandster" || p.Reason == "" || len(p.Inputs) != 2 || len(p.Inputs[0].SHA256) != 64 || p.Inputs[1].Path != "log/run_1/results.json" {
		t.Errorf("provenance %+v", p)
	}
}

func TestSeveralRunsAreListed(t *testing.T) {
	fsys := fstest.MapFS{}
	run4(fsys, "log/run_1")
	run4(fsys, "log/run_2")
	_, _, err := OpenFS(context.Background(), fsys, "log", Options{})
	want := "log: holds 2 runs; give one of them, or several to pool them:\n  log/run_1 (hpbandster)\n  log/run_2 (hpbandster)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nexpected %s", err, want)
	}
}

func TestRefusalsSayWhat(t *testing.T) {
	for path, c := range map[string]struct{ file, text, want string }{
		"ray":    {"experiment_state-2025.json", "{}", "a Ray Tune experiment"},
		"syne":   {"results.csv.zip", "PK", "a Syne Tune experiment"},
		"amltk":  {"history.parquet", "PAR1", "an AMLTK history in Parquet"},
		"a.db":   {"", "SQLite format 3\x00", "an SQLite database"},
		"x.pkl":  {"", "\x80\x04", "a Python pickle"},
		"y":      {"", "\x80\x04", "a Python pickle"},
		"t.bin":  {"", "PAR1xxxx", "a Parquet table"},
		"j.log":  {"", `{"op_code":0,"worker_id":"w"}`, "an Optuna journal"},
		"ax":     {"", `{"__type":"Experiment"}`, "an Ax experiment"},
		"optuna": {"study.db", "SQLite format 3\x00", "an SQLite database"},
		"folder": {"anything", "x", "not a log of a known format"},
	} {
		name := path
		if c.file != "" {
			name += "/" + c.file
		}
		_, _, err := OpenFS(context.Background(), fstest.MapFS{name: file(c.text)}, path, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "\n  hpbandster: ") {
			t.Errorf("%s: got %v\nexpected %s and what was looked for", path, err, c.want)
		}
	}
}

// refusing is a file system in which files named secret may not be opened.
type refusing struct{ files fstest.MapFS }

func (r refusing) Open(name string) (fs.File, error) {
	if path.Base(name) == "secret" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return r.files.Open(name)
}

func (r refusing) Stat(name string) (fs.FileInfo, error) { return r.files.Stat(name) }

// What keeps a log from being read whatever its format stands before everything else.
func TestUnreadable(t *testing.T) {
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"a.csv":    {fstest.MapFS{"a.csv": file("")}, "a.csv: the file is empty"},
		"b.csv":    {fstest.MapFS{"b.csv": file("\n \n")}, "b.csv: the file has white space only"},
		"secret":   {fstest.MapFS{"secret": file("x")}, "secret: the file cannot be read: permission denied"},
		"d/secret": {fstest.MapFS{"d/secret/x": file("x")}, "d/secret: permission denied"},
		"none":     {fstest.MapFS{"none": {Mode: fs.ModeDir}}, "none: the directory is empty: not a log of a known format"},
		"run": {fstest.MapFS{"run/configs.json": file("[[0,0,0],{},{}]"), "run/results.json": file("")},
			"run: results.json is empty; not a log of a known format. Looked for:"},
		"d": {fstest.MapFS{"d/x": file("x"), "d/secret": file("x")}, "d: secret cannot be read: permission denied; not a log of a known format. Looked for:"},
	} {
		_, _, err := OpenFS(context.Background(), refusing{c.files}, name, Options{})
		if err == nil || strings.Split(err.Error(), "\n")[0] != strings.Replace(c.want, "permission denied", fs.ErrPermission.Error(), 1) {
			t.Errorf("%s: %v\nexpected %s", name, err, c.want)
		}
	}
}

// A directory of tables is no log, but its files are named; one that is
// recognised by its names is not taken for a directory of tables.
func TestFilesThatAreLogsAreListed(t *testing.T) {
	const csv = "epoch,lr,loss\n1,0.5,0.25\n"
	fsys := fstest.MapFS{"d/a.csv": file(csv), "d/b.tsv": file(strings.ReplaceAll(csv, ",", "\t")), "d/README": file("words"),
		"ray/progress.csv": file(csv), "ray/experiment_state-1.json": file("{}")}
	_, _, err := OpenFS(context.Background(), fsys, "d", Options{})
	want := "d: a directory that is no log itself, but holds files that are; give one of them, or several to pool them:\n  d/a.csv (csv)\n  d/b.tsv (csv)"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nexpected %s", err, want)
	}
	if _, _, err := OpenFS(context.Background(), fsys, "ray", Options{}); err == nil || !strings.Contains(err.Error(), "a Ray Tune experiment") {
		t.Errorf("got %v", err)
	}
}

func TestForcedFormat(t *testing.T) {
	fsys := fstest.MapFS{}
	run4(fsys, "log")
	if _, _, err := OpenFS(context.Background(), fsys, "log", Options{Format: "hpbandster"}); err != nil {
		t.Error(err)
	}
	if _, _, err := OpenFS(context.Background(), fsys, "log", Options{Format: "deepcave"}); err == nil || !strings.Contains(err.Error(), "history.jsonl") {
		t.Errorf("wrong format: %v", err)
	}
	if _, _, err := OpenFS(context.Background(), fsys, "log", Options{Format: "smac"}); err == nil || !strings.Contains(err.Error(), `unknown format "smac", expected one of`) {
		t.Errorf("unknown format: %v", err)
	}
}

// Standard input on which nothing comes does not keep a cancelled reading from ending.
func TestStdinIsInterrupted(t *testing.T) {
	never, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, _, err := OpenStdin(ctx, "-", never, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Standard input that comes in pieces of any size is read whole.
func TestStdinInPieces(t *testing.T) {
	const csv = "epoch,lr,loss\n1,0.5,0.25\n3,0.5,0.125\n"
	text := csv + strings.Repeat("9,0.5,0.0625\n", 20_000)
	for _, r := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		study, _, err := OpenStdin(context.Background(), "-", r, Options{})
		if err != nil || len(study.Trials) != 20_002 {
			t.Errorf("%v, %v", study, err)
		}
	}
}

func TestFormatsAreComplete(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Formats() {
		if f.Name == "" || f.Doc == "" || f.Detect == nil || f.Read == nil || seen[f.Name] {
			t.Errorf("format %q is incomplete or listed twice", f.Name)
		}
		seen[f.Name] = true
	}
}

func ExampleOpenFS() {
	fsys := fstest.MapFS{"run/configs.json": file(someConfigs), "run/results.json": file(someResults)}
	study, findings, err := OpenFS(context.Background(), fsys, "run", Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(study.Provenance.Format, len(study.Configs), "configurations, budgets", study.Budgets())
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// hpbandster 2 configurations, budgets [1 3]
	// note: parameter "x": int [1, 2]: all values are whole, 2 distinct [inferred-parameter]
	// note: parameter "opt": categorical {adam, sgd}: not numbers [inferred-parameter]
	// note: no search space is given: the ranges of 2 parameters are those of the 2 logged configurations, which are narrower than what was searched [space-inferred]
}
