package table

import (
	"regexp"
	"strings"
)

// The names below are those that searchers, loggers and people give to columns.
// They are compared in lower case with '-' and ' ' as '_'. In a list of lists an
// earlier list has precedence; two columns of one list are ambiguous.
var (
	idNames = [][]string{
		{"config_id", "configuration_id", "configid", "config.id", "hp_id"},
		{"run_id", "arm_name"},
		{"trial_id", "trialid", "trialname", "trial_name", "trial", "number"},
		{"id"},
	}
	budgetNames = [][]string{
		{"budget"},
		{"fidelity", "resource", "resources", "n_resources", "trial_budget"},
		{"training_iteration"},
		{"epoch", "epochs", "n_epochs", "num_epochs", "step", "steps", "n_steps", "num_steps", "iter", "iteration", "iterations",
			"n_iterations", "timestep", "timesteps", "timesteps_total"},
		{"st_worker_iter", "_step"},
	}
	seedNames     = [][]string{{"seed", "trial_seed", "random_seed", "rng_seed"}}
	instanceNames = [][]string{{"instance", "instance_id"}, {"task_id", "dataset_id", "problem_id"}, {"task", "dataset", "problem"}}
	statusNames   = [][]string{{"status", "state", "trial_status"}, {"st_status"}}
	pickNames     = [][]string{{"pick", "model_based_pick"}}
	originNames   = [][]string{{"origin", "config_origin"}}
	submitNames   = [][]string{{"submitted", "submit_time", "time_submitted"}}
	startNames    = [][]string{{"started", "start_time", "starttime", "start", "time_started", "datetime_start", "deepcave:time:start"}}
	finishNames   = [][]string{{"finished", "end_time", "endtime", "end", "finish_time", "time_finished", "datetime_complete", "deepcave:time:end"}}
)

// bookkeeping are columns of a table without marked parameters that are no
// parameters either.
var bookkeeping = map[string]bool{
	"": true, "index": true, "unnamed:_0": true, "timestamp": true, "date": true, "datetime": true, "duration": true,
	"runtime": true, "run_time": true, "time": true, "train_time": true, "elapsed_time": true, "cpu_time": true,
	"wall_time": true, "walltime": true, "additional": true, "additional_info": true, "info": true, "note": true, "notes": true,
	"user": true, "tags": true, "created": true, "sweep": true, "hostname": true, "node_ip": true, "pid": true,
	"done": true, "experiment_id": true, "experiment_tag": true, "params": true, "mean_fit_time": true,
	"mean_score_time": true, "kfp_run": true, "traceback": true, "exception": true, "error_message": true,
	"submitted": true, "_runtime": true, "_timestamp": true, "_wandb": true, "_step": true,
	"st_worker_iter": true, "st_worker_time": true, "st_worker_timestamp": true, "st_worker_cost": true,
	"st_decision": true, "st_tuner_time": true, "st_instance_type": true, "st_instance_count": true,
	"time_this_iter_s": true, "time_total_s": true, "time_since_restore": true, "iterations_since_restore": true,
}

// wandbNames are bookkeeping in the header of a Weights & Biases runs table,
// which is known by the first of them standing beside Created or Sweep.
var wandbNames = map[string]bool{"name": true, "state": true, "group": true, "job_type": true}

var bookkeepingPattern = regexp.MustCompile(`^(user_attrs_|system_attrs_|std_|rank_|split\d+_|unnamed:_\d+$)`)

// prefixes mark the parameters of a table. An earlier one has precedence.
var prefixes = []string{
	"hp_config.", "hp_config:", "hp_config/", "hp_config_",
	"hyperparameters.", "hyperparameter.", "config.", "config:", "config/", "config_",
	"params.", "params/", "params_", "param.", "param_", "hp.", "hp:", "hp_",
}

// objectiveWords are words in the names of measured quantities, true where more
// of it is better.
var objectiveWords = map[string]bool{
	"loss": false, "error": false, "err": false, "mse": false, "rmse": false, "mae": false, "mape": false, "nll": false,
	"logloss": false, "crossentropy": false, "perplexity": false, "ppl": false, "regret": false, "wer": false,
	"accuracy": true, "acc": true, "score": true, "auc": true, "auroc": true, "auprc": true, "f1": true, "r2": true,
	"reward": true, "bleu": true, "rouge": true, "performance": true, "return": true, "returns": true,
	"precision": true, "recall": true, "fitness": true,
}

// eitherWords are those of the objectiveWords of which more is usually better, but
// which some use for losses.
var eitherWords = map[string]bool{"score": true, "performance": true, "fitness": true}

// reversingWords make less of a quantity better though more of it is: 1-accuracy,
// time to accuracy, variance of the reward.
var reversingWords = map[string]bool{"neg": true, "negative": true, "cost": true, "minus": true, "inverse": true,
	"drop": true, "gap": true, "std": true, "var": true, "variance": true}

// reverses reports whether word i of a name does. A 1 does where the name begins with it, not in top-1 accuracy, and a
// time that it takes to reach a quantity.
func reverses(words []string, i int) bool {
	switch words[i] {
	case "1", "one":
		return i == 0
	case "time", "seconds", "steps", "epochs":
		return i+1 < len(words) && words[i+1] == "to"
	}
	return reversingWords[words[i]]
}

// directionless are names of objectives that say nothing of their direction.
var directionless = map[string]bool{"value": true, "objective": true, "objective_value": true, "target": true, "metric": true, "result": true}

// weakWords are the names of measured quantities as well as of parameters and
// other things; they count only where the whole name is one of them.
var weakWords = map[string]bool{
	"cost": false, "objective": false, "objective_value": false, "value": false, "target": false, "metric": false, "result": false,
}

// averagingWords may follow the word that names a quantity.
var averagingWords = map[string]bool{"pct": true, "percent": true, "mean": true, "avg": true, "average": true, "median": true, "final": true, "last": true, "best": true, "value": true}

func normal(name string) string {
	return strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
}

func words(name string) []string {
	return strings.FieldsFunc(normal(name), func(r rune) bool {
		return r == '_' || r == '.' || r == '/' || r == ':' || r == '@' || r == '(' || r == ')' || r == '[' || r == ']' || r == '='
	})
}

// namesQuantity reports whether the name is that of a measured quantity: its
// last word is, or it is as a whole one of the weak words.
func namesQuantity(name string) bool {
	if _, ok := weakWords[normal(name)]; ok {
		return true
	}
	w := words(name)
	for len(w) > 1 && averagingWords[w[len(w)-1]] {
		w = w[:len(w)-1]
	}
	if len(w) == 0 {
		return false
	}
	_, ok := objectiveWords[w[len(w)-1]]
	return ok
}

// mentionsQuantity reports whether any word of the name is that of a measured quantity.
func mentionsQuantity(name string) bool {
	for _, w := range words(name) {
		if _, ok := objectiveWords[w]; ok {
			return true
		}
	}
	_, ok := weakWords[normal(name)]
	return ok
}

// towards is what the name of an objective says of its direction.
type towards uint8

const (
	less       towards = iota // or nothing that would raise doubts about minimising
	surelyMore                // accuracy and its kin
	maybeMore                 // score, fitness and other words that some use for losses
	untold                    // value, result and other words for any quantity
)

// directionOf returns what a name says of the direction of an objective.
func directionOf(name string) towards {
	if directionless[normal(name)] || valueNumber.MatchString(normal(name)) {
		return untold
	}
	if strings.HasPrefix(strings.TrimSpace(name), "-") {
		return less
	}
	found := less
	all := words(name)
	for i, w := range all {
		switch up, ok := objectiveWords[w]; {
		case ok && !up, reverses(all, i):
			return less
		case ok && eitherWords[w]:
			if found == less {
				found = maybeMore // of f1_score, f1 decides
			}
		case ok:
			found = surelyMore
		}
	}
	return found
}
