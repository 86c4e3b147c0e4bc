package table_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

func readFiles(files fstest.MapFS, name string, opt source.Options) (*nasalyze.Study, *source.Findings, error) {
	s, err := source.NewFS(files, name)
	if err != nil {
		return nil, nil, err
	}
	var f source.Findings
	study, err := table.Read(context.Background(), s, opt, &f)
	return study, &f, err
}

func readText(text string, opt source.Options) (*nasalyze.Study, *source.Findings, error) {
	return readFiles(fstest.MapFS{"runs.csv": {Data: []byte(text)}}, "runs.csv", opt)
}

// show writes a study as text: a line per trial, values by parameter.
func show(s *nasalyze.Study) string {
	var b strings.Builder
	for _, t := range s.Trials {
		c := s.Configs[t.Config]
		fmt.Fprintf(&b, "%s", c.ID)
		for j, v := range c.Values {
			if !v.IsAbsent() {
				fmt.Fprintf(&b, " %s=%v", s.Space.Params[j].Name, table.CellText(v))
			}
		}
		fmt.Fprintf(&b, " @%v", t.Budget)
		if t.HasSeed {
			fmt.Fprintf(&b, " seed %d", t.Seed)
		}
		if t.Instance != "" {
			fmt.Fprintf(&b, " on %s", t.Instance)
		}
		fmt.Fprintf(&b, " -> %v %v\n", t.Values, t.Status)
	}
	return b.String()
}

func codes(f *source.Findings, least source.Severity) []string {
	var all []string
	for _, n := range f.All() {
		// What is absent without a reason is the matter of package source.
		if n.Severity >= least && n.Code != "missing-value" {
			all = append(all, n.Code)
		}
	}
	return all
}

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        source.Options
		want       string
		codes      []string // of warnings and what is left out
	}{
		{name: "long with prefix and id",
			text: "config_id,budget,seed,loss,config.lr,config.opt\nc1,1,0,0.5,0.1,Adam\nc1,3,0,0.4,0.1,Adam\nc2,1,0,0.9,1e-3,SGD\n",
			want: "c1 lr=0.1 opt=Adam @1 seed 0 -> [0.5] success\nc1 lr=0.1 opt=Adam @3 seed 0 -> [0.4] success\nc2 lr=0.001 opt=SGD @1 seed 0 -> [0.9] success\n"},
		{name: "equal values are one configuration",
			text: "epoch,lr,opt,val_loss\n1,0.1,a,0.5\n1,0.2,a,0.6\n3,0.10,a,0.4\n",
			want: "0 lr=0.1 opt=a @1 -> [0.5] success\n1 lr=0.2 opt=a @1 -> [0.6] success\n0 lr=0.1 opt=a @3 -> [0.4] success\n"},
		{name: "wide by budget",
			text: "lr,layers,loss@1,loss@3\n0.1,2,0.5,0.4\n0.2,3,0.6,\n",
			want: "0 lr=0.1 layers=2 @1 -> [0.5] success\n0 lr=0.1 layers=2 @3 -> [0.4] success\n1 lr=0.2 layers=3 @1 -> [0.6] success\n"},
		{name: "wide by seed, chosen of two",
			text: "op,valid_loss_seed0,valid_loss_seed1,test_loss_seed0,test_loss_seed1\na,1,2,3,4\nb,5,6,7,8\n",
			opt:  source.Options{Objectives: []string{"test_loss"}},
			want: "0 op=a @0 seed 0 -> [3] success\n0 op=a @0 seed 1 -> [4] success\n1 op=b @0 seed 0 -> [7] success\n1 op=b @0 seed 1 -> [8] success\n"},
		{name: "wide by a pattern with two objectives",
			text: "x,err|9,t|9,err|27,t|27\n1,2,3,4,5\n2,1,1,1,\n",
			opt:  source.Options{Wide: "{objective}|{budget}"},
			want: "0 x=1 @9 -> [2 3] success\n0 x=1 @27 -> [4 5] success\n1 x=2 @9 -> [1 1] success\n1 x=2 @27 -> [1 NaN] success\n"},
		{name: "wide by a pattern, all stated",
			text: "b_1,b_2,l_1,l_2\n1,2,3,4\n2,2,3,4\n",
			opt:  source.Options{Wide: "l_{budget}"},
			want: "0 b_1=1 b_2=2 @1 -> [3] success\n0 b_1=1 b_2=2 @2 -> [4] success\n1 b_1=2 b_2=2 @1 -> [3] success\n1 b_1=2 b_2=2 @2 -> [4] success\n"},
		{name: "all columns stated",
			text: "who,n,f,g,p:x,r,how\na,1,0.5,9,2,7,ok\n",
			opt: source.Options{IDColumn: "who", BudgetColumn: "n", Objectives: []string{"g", "f"}, ConfigPrefix: "p:",
				SeedColumn: "r", StatusColumn: "how"},
			want: "a x=2 @1 seed 7 -> [9 0.5] success\n"},
		{name: "columns refused",
			text: "config_id,budget,seed,state,loss,x\n0,1,2,COMPLETE,0.5,1\n",
			opt:  source.Options{IDColumn: "-", BudgetColumn: "-", SeedColumn: "-", StatusColumn: "-", ConfigPrefix: "x", Objectives: []string{"loss"}},
			want: "error: no column begins with"},
		{name: "budget refused",
			text: "epochs,x,loss\n1,1,0.5\n2,1,0.4\n",
			opt:  source.Options{BudgetColumn: "-"},
			want: "0 epochs=1 x=1 @0 -> [0.5] success\n1 epochs=2 x=1 @0 -> [0.4] success\n"},
		{name: "spellings of Python",
			text: "b,n,t,x,loss\nTrue,None,relu,1.0,nan\nFalse,3,True,nan,inf\nTrue,,,2,\n",
			want: "0 b=True n=None t=relu x=1.0 @0 -> [NaN] diverged\n1 b=False n=3 t=True @0 -> [+Inf] diverged\n2 b=True x=2 @0 -> [NaN] unknown\n",
			// The loss is empty in the last row.
			codes: []string{"no-value"}},
		{name: "spellings of R",
			text: "\"x\",\"b\",\"loss\"\n1,TRUE,0.5\nNA,FALSE,0.6\n",
			want: "0 x=1 b=True @0 -> [0.5] success\n1 b=False @0 -> [0.6] success\n"},
		{name: "semicolons and decimal commas",
			text: "x;opt;loss\n0,5;a,b;1,25\n1e-3;c;2\n",
			want: "0 x=0.5 opt=a,b @0 -> [1.25] success\n1 x=0.001 opt=c @0 -> [2] success\n"},
		{name: "Optuna's data frame",
			text: "number,value,datetime_start,datetime_complete,duration,params_lr,params_opt,user_attrs_host,state\n" +
				"0,0.5,2025-01-01 00:00:00.500000,2025-01-01 00:00:02,0 days 00:00:01.5,0.1,Adam,n1,COMPLETE\n" +
				"1,,2025-01-01 00:00:03,,,0.2,SGD,n1,RUNNING\n2,0.7,2025-01-01 00:00:04,2025-01-01 00:00:05,0 days,0.3,SGD,,PRUNED\n3,,2025-01-01 00:00:04,,,0.4,SGD,,FAIL\n",
			want:  "0 lr=0.1 opt=Adam @0 -> [0.5] success\n1 lr=0.2 opt=SGD @0 -> [NaN] running\n2 lr=0.3 opt=SGD @0 -> [0.7] running\n3 lr=0.4 opt=SGD @0 -> [NaN] crashed\n",
			codes: []string{"direction-guess", "pruned-without-budget"}},
		{name: "Optuna's data frame with a budget",
			text: "number,value,params_lr,user_attrs_epochs,state\n0,0.5,0.1,9,COMPLETE\n1,0.7,0.2,3,PRUNED\n",
			opt:  source.Options{BudgetColumn: "user_attrs_epochs", Minimize: []string{"value"}},
			want: "0 lr=0.1 @9 -> [0.5] success\n1 lr=0.2 @3 -> [0.7] pruned\n", codes: []string{"unshared-configs"}},
		{name: "Optuna's data frame with two objectives",
			text:  "number,values_0,values_1,params_lr,state\n0,0.5,12,0.1,COMPLETE\n1,0.4,13,0.2,COMPLETE\n",
			want:  "0 lr=0.1 @0 -> [0.5 12] success\n1 lr=0.2 @0 -> [0.4 13] success\n",
			codes: []string{"direction-guess"}},
		{name: "Syne Tune's reports",
			text: ",loss,epoch,st_worker_iter,st_worker_timestamp,st_decision,st_status,trial_id,config_lr,config_epochs,st_tuner_time\n" +
				"0,0.9,1,0,1e9,CONTINUE,InProgress,0,0.1,9,1\n1,0.8,2,1,1e9,STOP,Stopped,0,0.1,9,2\n2,0.7,1,0,1e9,CONTINUE,Paused,1,0.2,9,3\n",
			want: "0 lr=0.1 epochs=9 @1 -> [0.9] success\n0 lr=0.1 epochs=9 @2 -> [0.8] pruned\n1 lr=0.2 epochs=9 @1 -> [0.7] success\n"},
		{name: "Weights & Biases with the objective stated",
			text: "Name,State,Notes,User,Tags,Created,Runtime,Sweep,lr,optim.name,_step,_runtime,val_loss,train_loss\n" +
				"run-1,finished,-,me,,2025-01-01T00:00:00.000Z,12,,0.1,Adam,9,12,0.5,0.4\nrun-2,crashed,-,me,,2025-01-01T00:00:00.000Z,12,,0.2,SGD,3,12,0.6,0.3\n",
			opt:  source.Options{Objectives: []string{"val_loss"}, BudgetColumn: "-"},
			want: "0 lr=0.1 optim.name=Adam @0 -> [0.5] success\n1 lr=0.2 optim.name=SGD @0 -> [0.6] crashed\n"},
		{name: "metrics with bounds and direction",
			text: "config_id,x,\"metric:acc [0.0; 1.0] (maximize)\",\"metric:t [0, inf] (minimize)\"\n1,2,0.5,3\n",
			want: "1 x=2 @0 -> [0.5 3] success\n"},
		{name: "trial numbers are no configurations",
			text: "number,epoch,x,y,loss\n0,1,1,a,0.5\n1,3,1,a,0.4\n2,1,2,a,0.6\n",
			want: "0 x=1 y=a @1 -> [0.5] success\n0 x=1 y=a @3 -> [0.4] success\n1 x=2 y=a @1 -> [0.6] success\n"},
		{name: "repeats without seeds are kept",
			text: "x,loss\n1,0.5\n1,0.4\n",
			want: "0 x=1 @0 -> [0.5] success\n0 x=1 @0 -> [0.4] success\n"},
		{name: "the last of one seed counts",
			text: "x,seed,loss\n1,0,0.5\n1,0,0.4\n2,1.0,0.3\n",
			want: "0 x=1 @0 seed 0 -> [0.4] success\n1 x=2 @0 seed 1 -> [0.3] success\n", codes: []string{"duplicate-trial"}},
		{name: "instances",
			text: "x,task_id,loss\n1,iris,0.5\n1,digits,0.4\n",
			want: "0 x=1 @0 on iris -> [0.5] success\n0 x=1 @0 on digits -> [0.4] success\n"},
		{name: "odd rows",
			text: "config_id,budget,seed,start_time,loss,config.x,note\n" +
				"a,1,1,0,0.5,1,\n" + "a,3\n" + "a,nan,1,0,0.5,1,\n" + "a,3,one,0,0.4,1,\n" + "a,9,1,soon,high,1,\n" + "a,27,1,0,0.3,1,,,\n" + "a,27,1,0,0.2,1\n\n" + "b,1,1,0,0.1,2,\"x\"y\n",
			want:  "a x=1 @1 seed 1 -> [0.5] success\na x=1 @3 -> [0.4] success\na x=1 @9 seed 1 -> [NaN] unknown\na x=1 @27 seed 1 -> [0.2] success\n",
			codes: []string{"bad-line", "bad-seed", "bad-time", "bad-number", "short-row"}},
		{name: "torn last line", text: "config_id,budget,loss,config.x,config.y\n0,1,0.5,1,2\n0,3,0.4,1",
			want: "0 x=1 y=2 @1 -> [0.5] success\n", codes: []string{"torn-line"}},
		{name: "unknown status", text: "x,status,loss\n1,ok,0.5\n2,meh,0.4\n3,StatusType.TIMEOUT,0.4\n",
			want: "0 x=1 @0 -> [0.5] success\n1 x=2 @0 -> [0.4] unknown\n2 x=3 @0 -> [0.4] timeout\n", codes: []string{"unknown-status"}},
		{name: "unshared configurations", text: "config_id,budget,loss,x\n0,1,0.5,1\n1,3,0.4,1\n",
			want: "0 x=1 @1 -> [0.5] success\n1 x=1 @3 -> [0.4] success\n", codes: []string{"unshared-configs"}},
		{name: "line breaks in cells", text: "x,y,loss\n\"a\nb\",\"say \"\"hi\"\"\",1\nc,d,2\n",
			want: "0 x=a\nb y=say \"hi\" @0 -> [1] success\n1 x=c y=d @0 -> [2] success\n"},
		{name: "byte order mark and carriage returns", text: "\ufeffx,loss\r\n1,0.5\r\n2,0.25\r\n",
			want: "0 x=1 @0 -> [0.5] success\n1 x=2 @0 -> [0.25] success\n"},
		{name: "carriage returns alone", text: "x,loss\r1,0.5\r2,0.25\r",
			want: "0 x=1 @0 -> [0.5] success\n1 x=2 @0 -> [0.25] success\n"},
		{name: "budgets as times", text: "config_id,budget,x,loss\na,400s,1,3\nb,20min,2,4\nc, 1h ,3,2\nd,90,4,1\ne,soon,5,1\n",
			want:  "a x=1 @400 -> [3] success\nb x=2 @1200 -> [4] success\nc x=3 @3600 -> [2] success\nd x=4 @90 -> [1] success\n",
			codes: []string{"bad-line", "unshared-configs"}},
		{name: "losses in percent", text: "x,loss\n1,\n2,25.5%\n3,26%\n", want: `error: runs.csv: no column seems to be an objective: "loss" has the name of one, but holds "25.5%" on line 3, expected numbers; say which`},
		{name: "beyond floats", text: "x,loss\n1,1e999\n2,0.25\n",
			want: "0 x=1 @0 -> [+Inf] diverged\n1 x=2 @0 -> [0.25] success\n"},
		{name: "conflicting configurations", text: "config_id,budget,loss,config.x\na,1,0.5,1\na,3,0.4,2\n",
			want: "a x=1 @1 -> [0.5] success\na x=1 @3 -> [0.4] success\n", codes: []string{"config-conflict"}},
		{name: "measured beside the objective", text: "config_id,budget,x,latency,loss\na,1,1,0.5,3\nb,1,2,0.6,4\na,3,1,0.7,2\nb,3,2,0.8,1\nc,3,4,0.8,1\n",
			want:  "a x=1 @1 -> [3] success\nb x=2 @1 -> [4] success\na x=1 @3 -> [2] success\nb x=2 @3 -> [1] success\nc x=4 @3 -> [1] success\n",
			codes: []string{"varying-column"}},
		{name: "direction by name", text: "x,accuracy\n1,0.5\n2,0.4\n",
			want: "0 x=1 @0 -> [0.5] success\n1 x=2 @0 -> [0.4] success\n", codes: []string{"direction-guess"}},
		{name: "direction stated", text: "x,accuracy\n1,0.5\n2,0.4\n", opt: source.Options{Maximize: []string{"accuracy"}},
			want: "0 x=1 @0 -> [0.5] success\n1 x=2 @0 -> [0.4] success\n"},

		{name: "two budgets", text: "epochs,steps,x,loss\n1,2,3,4\n", want: `error: runs.csv: 2 columns could be the budget: "epochs", "steps"; say which with --budget-column, or that there is none with --budget-column -`},
		{name: "two objectives", text: "x,train_loss,val_loss\n1,2,3\n", want: `error: runs.csv: 2 columns could be the objective: "train_loss", "val_loss"; say which with --objective`},
		{name: "no objective", text: "x,y2,z\n1,2,3\n", want: `error: runs.csv: no column seems to be an objective; say which with --objective: the columns are "x", "y2", "z"`},
		{name: "two wide quantities", text: "x,val_loss_1,val_loss_3,test_loss_1,test_loss_3\n1,2,3,4,5\n", want: `error: runs.csv: the columns of several quantities carry numbers: "val_loss", "test_loss"; say which`},
		{name: "wide and long", text: "x,budget,loss_1,loss_3\n1,2,3,4\n", want: `error: runs.csv: column "loss_1" holds a budget and the table has a budget column "budget"`},
		{name: "unknown column", text: "x,loss\n1,2\n", opt: source.Options{BudgetColumn: "epoch"}, want: `error: runs.csv: no column "epoch" for --budget-column, expected one of "x", "loss"`},
		{name: "unknown objective", text: "x,loss\n1,2\n", opt: source.Options{Objectives: []string{"acc"}}, want: `error: runs.csv: no column "acc" for --objective, expected one of "x", "loss"`},
		{name: "unknown direction", text: "x,loss\n1,2\n", opt: source.Options{Maximize: []string{"acc"}}, want: `error: runs.csv: no objective "acc" to give a direction, expected one of "loss"`},
		{name: "one column for two", text: "x,loss\n1,2\n", opt: source.Options{BudgetColumn: "x", SeedColumn: "x"}, want: `error: runs.csv: column "x" is both budget and seed`},
		{name: "the same name twice", text: "x,x,loss\n1,2,3\n", want: `error: runs.csv: columns 1 and 2 are both named "x"`},
		{name: "pattern without a match", text: "x,loss\n1,2\n", opt: source.Options{Wide: "loss@{budget}"}, want: `error: runs.csv: no column matches --wide`},
		{name: "no parameter", text: "budget,loss\n1,2\n", want: `error: runs.csv: no column is left for parameters`},
		{name: "no header", text: "1,2,0.5\n3,4,0.6\n", want: `error: runs.csv:1: 3 of the 3 column names are numbers`},
		{name: "no row", text: "x,loss\n", want: `error: runs.csv: no configuration found`},
		{name: "no table", text: "hello\nworld\n", want: `error: runs.csv: the first line has no comma`},
	} {
		t.Run(c.name, func(t *testing.T) {
			study, f, err := readText(c.text, c.opt)
			if err != nil {
				if got := "error: " + err.Error(); !strings.HasPrefix(c.want, "error") || !strings.Contains(got, strings.TrimPrefix(c.want, "error: ")) {
					t.Fatalf("%v, want %s", err, c.want)
				}
				return
			}
			if got := show(study); got != c.want {
				t.Errorf("trials:\n%swant:\n%s", got, c.want)
			}
			if got := codes(f, source.Warn); !slices.Equal(got, c.codes) {
				t.Errorf("findings %q, want %q: %v", got, c.codes, f.All())
			}
		})
	}
}

func TestDirections(t *testing.T) {
	const unsaid, note, warning = "", "note", "warning"
	for _, c := range []struct {
		columns, objective string
		maximize           bool
		said               string
	}{
		{"loss", "loss", false, unsaid},
		{"mse", "mse", false, unsaid},
		{"cost", "cost", false, unsaid},
		{"latency", "latency", false, unsaid},
		{"accuracy", "accuracy", true, warning},
		{"val_acc", "val_acc", true, warning},
		{"f1_score", "f1_score", true, warning},
		{"test r2", "test r2", true, warning},
		{"episode_return_mean", "episode_return_mean", true, warning},
		{"accuracy_error", "accuracy_error", false, unsaid},
		{"1-accuracy", "1-accuracy", false, unsaid},
		{"time_to_accuracy", "time_to_accuracy", false, unsaid},
		{"neg_reward", "neg_reward", false, unsaid},
		{"top_1_accuracy", "top_1_accuracy", true, warning},
		{"recall@1", "recall@1", true, warning},
		{"test_accuracy_fold_1", "test_accuracy_fold_1", true, warning},
		{"episode_reward_steps", "episode_reward_steps", true, warning},
		{"one_minus_auc", "one_minus_auc", false, unsaid},
		{"reward_std", "reward_std", false, unsaid},
		{"score", "score", false, warning},
		{"performance", "performance", false, warning},
		{"value", "value", false, warning},
		{"values_0", "values_0", false, warning},
		{"mean_test_score", "mean_test_score", true, note},
		{"mean_test_neg_log_loss,rank_test_neg_log_loss", "mean_test_neg_log_loss", true, note},
		{"mean_test_loss", "mean_test_loss", false, unsaid},
		{"metric:accuracy [0.0; 1.0] (minimize)", "accuracy", false, unsaid},
		{"metric:accuracy [nan; nan] (minimize)", "accuracy", false, unsaid},
	} {
		row := strings.Repeat(",1", strings.Count(c.columns, ",")+1)
		study, f, err := readText("param_x,"+c.columns+"\n1"+row+"\n2"+row+"\n", source.Options{Objectives: []string{c.objective}})
		if err != nil {
			t.Errorf("%s: %v", c.columns, err)
			continue
		}
		said, message := unsaid, ""
		if n, ok := f.Find("direction-guess", ""); ok {
			said, message = n.Severity.String(), n.Message
		}
		if got := study.Objectives[0].Maximize; got != c.maximize || said != c.said {
			t.Errorf("%s: maximised %v with %q, want %v with %q", c.columns, got, said, c.maximize, c.said)
		}
		turn := fmt.Sprintf("--maximize %q", c.objective)
		if c.maximize {
			turn = fmt.Sprintf("--minimize %q", c.objective)
		}
		if said != unsaid && !strings.Contains(message, turn) {
			t.Errorf("%s: %q does not name %s", c.columns, message, turn)
		}
		for _, opt := range []source.Options{{Maximize: []string{c.objective}}, {Minimize: []string{c.objective}}} {
			opt.Objectives = []string{c.objective}
			study, f, err := readText("param_x,"+c.columns+"\n1"+row+"\n2"+row+"\n", opt)
			if err != nil {
				t.Fatal(err)
			}
			if n, ok := f.Find("direction-guess", ""); ok || study.Objectives[0].Maximize != (opt.Maximize != nil) {
				t.Errorf("%s: %v though the direction is stated, or it was not taken", c.columns, n)
			}
		}
	}
}

// TestGuessesAreSaid checks that every column that is guessed is named in a note.
func TestGuessesAreSaid(t *testing.T) {
	_, f, err := readText("run_id,epoch,trial_seed,instance,state,model_based_pick,start_time,end_time,loss,config.x\na,1,2,i,ok,True,0,1,0.5,3\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for code, column := range map[string]string{
		"config-columns": "config.", "budget-column": "epoch", "configuration-id-column": "run_id", "seed-column": "trial_seed",
		"instance-column": "instance", "status-column": "state", "pick-column": "model_based_pick",
		"time-started-column": "start_time", "time-finished-column": "end_time", "objective-column": "loss",
	} {
		n, ok := f.Find(code, "")
		if !ok || n.Severity != source.Note || !strings.Contains(n.Message, `"`+column+`"`) || !strings.Contains(n.Message, "because of") && code != "config-columns" {
			t.Errorf("%s: %v, want a note that names %q and says why", code, n, column)
		}
	}
}

// What is made of no column is said, and which of them may be the budget.
func TestIgnoredColumns(t *testing.T) {
	for _, c := range []struct{ header, objective, names, budget string }{
		{"number,value,params_x,user_attrs_epochs,system_attrs_rung,state", "value", `"user_attrs_epochs", "system_attrs_rung"`, `--budget-column "user_attrs_epochs"`},
		{"loss,training_iteration,config/x,logdir,user_epochs", "loss", `"logdir", "user_epochs"`, ""},
		{",Name,Created,x,loss,Runtime,train_loss", "loss", `"Name", "Created", "Runtime", "train_loss"`, ""},
		{"number,value,params_x,state", "value", "", ""},
	} {
		row := "0" + strings.Repeat(",1", strings.Count(c.header, ","))
		_, f, err := readText(c.header+"\n"+row+"\n", source.Options{Objectives: []string{c.objective}})
		if err != nil {
			t.Errorf("%s: %v", c.header, err)
			continue
		}
		n, ok := f.Find("ignored-columns", "")
		if ok != (c.names != "") || ok && !strings.HasSuffix(strings.Split(n.Message, "; ")[0], ": "+c.names) || strings.Contains(n.Message, "--budget-column") != (c.budget != "") || !strings.HasSuffix(n.Message, c.budget) {
			t.Errorf("%s: %q, want one that names %s and ends with %s", c.header, n.Message, c.names, c.budget)
		}
	}
}

func TestDetails(t *testing.T) {
	study, _, err := readText("config_id,budget,submitted,start_time,end_time,model_based_pick,origin,loss,config.x,gpu,host\n"+
		"a,1,1,2025-01-01T00:00:00Z,1735689601.5,True,Sobol,0.5,3,2,n1\nb,1,,,,False,,0.5,4,,\n", source.Options{BudgetUnit: "h"})
	if err != nil {
		t.Fatal(err)
	}
	a, b := study.Trials[0], study.Trials[1]
	// date -u -d 2025-01-01 +%s says 1735689600.
	if a.Submitted != 1 || a.Started != 1735689600 || a.Duration() != 1.5 || !math.IsNaN(b.Started) {
		t.Errorf("times %v %v %v and %v", a.Submitted, a.Started, a.Finished, b.Started)
	}
	if got := string(a.Info); got != `{"gpu":2,"host":"n1"}` || b.Info != nil {
		t.Errorf("info %s and %s", got, b.Info)
	}
	ca, cb := study.Configs[0], study.Configs[1]
	if ca.Pick != nasalyze.ModelPick || ca.Origin != "Sobol" || cb.Pick != nasalyze.RandomPick || cb.Origin != "" {
		t.Errorf("picks %v %v, origins %q %q", ca.Pick, cb.Pick, ca.Origin, cb.Origin)
	}
	if study.BudgetName != "budget" || study.BudgetUnit != "h" || study.Name != "runs" {
		t.Errorf("budget %q in %q of study %q", study.BudgetName, study.BudgetUnit, study.Name)
	}
}

func space(t *testing.T, params ...nasalyze.Param) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("", params, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSpaceDecidesTypes: the space says which columns are parameters and
// whether 1 is a number or text.
func TestSpaceDecidesTypes(t *testing.T) {
	sp := space(t,
		nasalyze.Param{Name: "n", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("1"), nasalyze.Text("2"), nasalyze.Text("None")}},
		nasalyze.Param{Name: "m", Kind: nasalyze.Ordinal, Choices: []nasalyze.Value{nasalyze.Integer(1), nasalyze.Number(2)}})
	study, f, err := readText("m,n,other,loss\n1,1,9,0.5\n2.0,None,9,0.4\n2,2,8,0.3\n", source.Options{Space: sp})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1", "None", "2"} {
		if got := study.Configs[i].Values[0]; got != nasalyze.Text(want) {
			t.Errorf("configuration %d: n is %#v, want text %q", i, got, want)
		}
	}
	if got := string(study.Trials[0].Info); got != `{"other":9}` {
		t.Errorf("info %s, want the column that the space does not have", got)
	}
	if c := codes(f, source.Warn); len(c) > 0 {
		t.Errorf("findings %v", f.All())
	}
	if table, err := study.At(0, 0, nasalyze.TableOptions{}); err != nil || table.N != 3 {
		t.Errorf("%d usable rows (%v), want 3", table.N, err)
	}
}

func TestSpaceBeside(t *testing.T) {
	const csv = "x,y,loss\n1,2,0.5\n2,1,0.4\n"
	pcs := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for _, c := range []struct {
		name   string
		files  fstest.MapFS
		upper  float64 // of x
		params int
		codes  []string
	}{
		{"none", fstest.MapFS{}, 2, 2, nil},
		{"own name", fstest.MapFS{"runs.pcs": pcs("x integer [1, 50] [2]\n"), "configspace.pcs": pcs("x integer [1, 60] [2]\n")}, 50, 1, nil},
		{"usual name", fstest.MapFS{"configspace.pcs": pcs("x integer [1, 60] [2]\ny integer [1, 60] [2]\n")}, 60, 2, nil},
		{"of another table", fstest.MapFS{"configspace.pcs": pcs("a integer [1, 60] [2]\n")}, 2, 2, []string{"foreign-space"}},
		{"one column missing", fstest.MapFS{"runs.pcs": pcs("x integer [1, 50] [2]\nz integer [1, 50] [2]\n")}, 50, 2, []string{"missing-column"}},
	} {
		c.files["runs.csv"] = &fstest.MapFile{Data: []byte(csv)}
		study, f, err := readFiles(c.files, "runs.csv", source.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := study.Space.Params[0].Upper; got != c.upper || len(study.Space.Params) != c.params {
			t.Errorf("%s: upper bound %v of %d parameters, want %v of %d", c.name, got, len(study.Space.Params), c.upper, c.params)
		}
		if got := codes(f, source.Warn); !slices.Equal(got, c.codes) {
			t.Errorf("%s: findings %q, want %q", c.name, got, c.codes)
		}
	}
	if _, _, err := readText(csv, source.Options{Space: space(t, nasalyze.Param{Name: "q", Kind: nasalyze.Float, Upper: 1})}); err == nil || !strings.Contains(err.Error(), "no column has the name of a parameter") {
		t.Errorf("a space of another table: %v", err)
	}
}

func TestBudgetsAsTimesAreSaid(t *testing.T) {
	study, f, err := readText("budget,x,loss\n1h,1,3\n400s,2,4\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, _ := f.Find("budget-times", "")
	if study.BudgetUnit != "s" || n.Line != 2 || n.Count != 1 || !strings.Contains(n.Message, `"1h"`) {
		t.Errorf("unit %q, finding %v", study.BudgetUnit, n)
	}
}

func TestGzip(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte("x,loss\n1,0.5\n2,0.25\n"))
	w.Close()
	// Known by its first bytes, whatever its name.
	study, _, err := readFiles(fstest.MapFS{"runs.txt": {Data: z.Bytes()}}, "runs.txt", source.Options{})
	if err != nil || len(study.Trials) != 2 {
		t.Fatalf("%v, %v", study, err)
	}
	cut := z.Bytes()[:z.Len()-9]
	_, f, err := readFiles(fstest.MapFS{"runs.csv.gz": {Data: cut}}, "runs.csv.gz", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Find("truncated-file", ""); !ok {
		t.Errorf("findings %v, want truncated-file", f.All())
	}
}

func TestCancel(t *testing.T) {
	s, err := source.NewFS(fstest.MapFS{"a.csv": {Data: []byte("x,loss\n1,2\n")}}, "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := table.Read(ctx, s, source.Options{}, new(source.Findings)); err != context.Canceled {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a.csv", "x,loss\n1,2\n", true},
		{"a.csv", "x,loss\n", true},
		{"a.tsv", "x\tloss\n1\t2\n", true},
		{"stdin", "x,loss\n1,2\n", true},
		{"stdin", "x,loss\n", false},
		{"stdin", "x\n1\n", false},
		{"a.csv", `{"a":1,"b":2}`, false},
		{"a.arff", "@relation x\n", false},
	} {
		s, err := source.NewFS(fstest.MapFS{c.name: {Data: []byte(c.text)}}, c.name)
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := table.Detect(s); ok != c.want || reason == "" {
			t.Errorf("%s %.20q: %v (%s), want %v", c.name, c.text, ok, reason, c.want)
		}
	}
}

func Example() {
	files := fstest.MapFS{"runs.csv": {Data: []byte("epochs,lr,units,val_loss\n1,0.1,16,0.9\n3,0.1,16,0.7\n1,0.01,32,0.8\n")}}
	s, err := source.NewFS(files, "runs.csv")
	if err != nil {
		panic(err)
	}
	var findings source.Findings
	study, err := table.Read(context.Background(), s, source.Options{}, &findings)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(study.Configs), "configurations,", len(study.Trials), "trials, budgets", study.Budgets(), study.BudgetName)
	if n, ok := findings.Find("budget-column", ""); ok {
		fmt.Println(n.Message)
	}
	if err := table.Write(os.Stdout, study, ','); err != nil {
		panic(err)
	}
	// Output:
	// 2 configurations, 3 trials, budgets [1 3] epochs
	// column "epochs" is taken as the budget because of its name; --budget-column names another, "-" none
	// config_id,budget,status,metric:val_loss [nan; nan] (minimize),config.lr,config.units
	// 0,1,success,0.9,0.1,16
	// 0,3,success,0.7,0.1,16
	// 1,1,success,0.8,0.01,32
}
