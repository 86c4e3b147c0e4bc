// Package reports turns a study into an [Analysis]: every number, warning and
// answer of a report, computed once. Drawing it is the business of the packages
// figure, html and latex below this one, which compute nothing.
//
//  1. [Analyze] makes the Analysis: one forest and its decomposition per budget,
//     the rank correlations between budgets, the answers in words, the advice;
//  2. [Write] and [Read] store it as report.json (docs/report-json.md);
//  3. [Tables] arranges it in rows for CSV and LaTeX.
//
// All objective values in an Analysis are in natural direction: larger is better
// where the objective is maximised. Numbers that cannot be told are NaN (null in
// JSON), and a Reason beside them says why.
package reports

// Schema is the version of the JSON form. It changes when a key changes its meaning
// or goes; keys may be added without.
const Schema = "nasalyze-report/1"

// Analysis is everything a report says.
type Analysis struct {
	Schema    string    `json:"schema"`
	Study     StudyInfo `json:"study"`
	Objective Objective `json:"objective"`
	// Params are the dimensions of the space that vary, in its order. All other
	// parts refer to them by name or by their index here.
	Params []Param `json:"params"`
	// Budgets in ascending order.
	Budgets []Budget `json:"budgets"`
	// Correlations of all pairs of budgets, ordered by the index of the lower,
	// then of the higher.
	Correlations []Correlation `json:"correlations"`
	// Shifts are the differences of importance between the lowest and the highest
	// budget that have a decided importance; empty if there are no two.
	Shifts []Shift `json:"shifts,omitempty"`
	// Path leads to the incumbent of the largest decided budget; nil if none is decided.
	Path *Path `json:"path,omitempty"`
	// Growth tells whether there are enough configurations at that budget; nil if
	// none is decided.
	Growth *Growth `json:"growth,omitempty"`
	// Tradeoff weighs two objectives at that budget; nil if there is only one.
	Tradeoff *Tradeoff `json:"tradeoff,omitempty"`
	// Outcomes are the failures and the times of the trials, as far as there are any.
	Outcomes []Outcome `json:"outcomes,omitempty"`
	// Answers in words, most important first.
	Answers []Answer `json:"answers"`
	// Advice on every parameter.
	Advice []Advice `json:"advice"`
	// Configs are the configurations with at least one usable result.
	Configs []Config `json:"configs"`
	// Timeline lists the ended trials in the order in which they finished; empty
	// where the log has no times.
	Timeline   []Event    `json:"timeline,omitempty"`
	Findings   []Finding  `json:"findings"`
	Warnings   []Warning  `json:"warnings"`
	Provenance Provenance `json:"provenance"`
}

// Budgetless reports whether the log knows no budgets: readers then give all trials the budget 0.
func (a *Analysis) Budgetless() bool { return len(a.Budgets) == 1 && a.Budgets[0].Budget == 0 }

// StudyInfo counts what the log holds.
type StudyInfo struct {
	Name string `json:"name"`
	// BudgetName and BudgetUnit label budget axes; may be empty.
	BudgetName string `json:"budgetName,omitempty"`
	BudgetUnit string `json:"budgetUnit,omitempty"`
	Configs    int    `json:"configs"`
	Trials     int    `json:"trials"`
	// Statuses counts trials per status, in the order of nasalyze.Statuses, without the zeros.
	Statuses []StatusCount `json:"statuses"`
}

// StatusCount is the number of trials that ended in one way.
type StatusCount struct {
	Status string `json:"status"`
	N      int    `json:"n"`
}

// Objective is the quantity that the report is about.
type Objective struct {
	Name     string `json:"name"`
	Maximize bool   `json:"maximize"`
	Unit     string `json:"unit,omitempty"`
}

// Param is one dimension.
type Param struct {
	Name string `json:"name"`
	// Kind is float, int, ordinal or categorical.
	Kind string `json:"kind"`
	// Lower, Upper and Log of a float or int.
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
	Log   bool    `json:"log,omitempty"`
	// Choices of an ordinal or categorical, as text.
	Choices []string `json:"choices,omitempty"`
	// Condition as text where the parameter is conditional.
	Condition string `json:"condition,omitempty"`
	Unit      string `json:"unit,omitempty"`
	// Default value as text; empty where none is stated.
	Default string `json:"default,omitempty"`
}

// Numeric reports whether the parameter has numbers on its axis.
func (p *Param) Numeric() bool { return p.Kind == "float" || p.Kind == "int" }

// Budget is what is known at one budget.
type Budget struct {
	Budget float64 `json:"budget"`
	// N is the number of configurations with a usable result.
	N int `json:"n"`
	// Trials of any kind; Failed, Pending and Repeated of them as nasalyze.Counts has them.
	Trials   int `json:"trials"`
	Failed   int `json:"failed"`
	Pending  int `json:"pending"`
	Repeated int `json:"repeated"`
	// Best is the incumbent: the best result at this budget; Config is -1 if there is none.
	Best Best `json:"best"`
	// Quartiles of the results: minimum, lower quartile, median, upper quartile, maximum.
	Quartiles [5]float64 `json:"quartiles"`
	// OOB is how well the forest predicts configurations that it has not seen.
	OOB OutOfBag `json:"oob"`
	// Forest says how the forest was fitted.
	Forest ForestInfo `json:"forest"`
	// Decided tells whether the importance can be trusted at all. Where it is
	// false, Reason says why, and drawings must show no bars.
	Decided bool   `json:"decided"`
	Reason  string `json:"reason,omitempty"`
	// Importance of every parameter (in the order of Analysis.Params), then of all
	// pairs (ordered by first, then second parameter).
	Importance []Importance `json:"importance"`
	// HigherOrder is the share of variance due to three parameters or more.
	HigherOrder Stat `json:"higherOrder"`
	// Active has the conditional parameters, in the order of Analysis.Params.
	Active []Active `json:"active,omitempty"`
	// Methods are other ways to measure importance.
	Methods []Method `json:"methods,omitempty"`
	// Marginals of every parameter, in the order of Analysis.Params.
	Marginals []Marginal `json:"marginals"`
	// Surfaces of the most important pairs, strongest first.
	Surfaces []Surface `json:"surfaces"`
}

// Best is one configuration's result.
type Best struct {
	// Config is the index in Analysis.Configs, -1 for none.
	Config int     `json:"config"`
	ID     string  `json:"id,omitempty"`
	Value  float64 `json:"value"`
}

// OutOfBag is the quality of a forest on rows it has not seen.
type OutOfBag struct {
	N        int     `json:"n"`
	R2       float64 `json:"r2"`
	Spearman float64 `json:"spearman"`
}

// ForestInfo records how a forest was fitted.
type ForestInfo struct {
	Trees           int     `json:"trees"`
	FeatureFraction float64 `json:"featureFraction"`
	MinLeaf         int     `json:"minLeaf"`
	// Leaves is the mean number of leaves of a tree.
	Leaves float64 `json:"leaves"`
	// Flat trees have no variance; they are left out of all means.
	Flat int `json:"flat"`
}

// Stat is an estimate: the mean over the trees of the forest, for shares of a budget
// corrected by the rows out of the bag (unless Options.TreeMeans), the standard deviation over the
// trees, and a bootstrap interval over configurations. Of corrected shares the interval reaches further on the
// side where their one-step estimates lie. Lo and Hi are NaN where no interval was asked
// for or none can be told.
type Stat struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
}

// Importance is the share of the variance of the loss over the space that one
// parameter or one pair explains (functional ANOVA).
type Importance struct {
	// Params has one name or two.
	Params []string `json:"params"`
	// Individual is V_U/V: what the set explains beyond its subsets.
	Individual Stat `json:"individual"`
	// Total is the closed effect, the sum of V_W/V over all subsets W of the set,
	// as automl/fanova's "total importance". For one parameter it equals Individual.
	Total Stat `json:"total"`
	// Sobol is, for one parameter, the total Sobol' index: the sum of V_W/V over all
	// sets W that contain it. NaN for pairs.
	Sobol Stat `json:"sobol"`
}

// Marginal is the mean prediction as a function of one parameter, averaged over
// all others, with what rows show the trees to leave of it.
type Marginal struct {
	Param string `json:"param"`
	// X are the points in natural units for a numeric parameter (ascending), the
	// indices of the choices 0, 1, ... otherwise.
	X []float64 `json:"x"`
	// Mean at each point and the standard deviation over the trees.
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`
	// Lo and Hi are a bootstrap interval over configurations for each point by
	// itself; empty where there is none.
	Lo []float64 `json:"lo,omitempty"`
	Hi []float64 `json:"hi,omitempty"`
}

// Band returns what to draw around point i: the bootstrap interval where there is
// one, else one standard deviation over the trees.
func (m *Marginal) Band(i int) (lo, hi float64) {
	if len(m.Lo) > i && len(m.Hi) > i {
		return m.Lo[i], m.Hi[i]
	}
	return m.Mean[i] - m.Std[i], m.Mean[i] + m.Std[i]
}

// Surface is the mean prediction as a function of two parameters.
type Surface struct {
	Params [2]string `json:"params"`
	// Share is the individual importance of the pair.
	Share float64 `json:"share"`
	// X and Y are the points of the first and the second parameter, as in Marginal.
	X []float64 `json:"x"`
	Y []float64 `json:"y"`
	// Mean[i][j] is the prediction at (X[i], Y[j]).
	Mean [][]float64 `json:"mean"`
}

// Correlation compares the results of the same configurations at two budgets.
type Correlation struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// LowIndex and HighIndex are the positions in Analysis.Budgets.
	LowIndex  int `json:"lowIndex"`
	HighIndex int `json:"highIndex"`
	// N configurations have a result at both; NLow and NHigh at either. In a halving
	// search N is much smaller than NLow, and the N are the winners: the
	// correlation over them is range-restricted.
	N     int `json:"n"`
	NLow  int `json:"nLow"`
	NHigh int `json:"nHigh"`
	// Spearman and Kendall over the N.
	Spearman RankStat `json:"spearman"`
	Kendall  Kendall  `json:"kendall"`
	// TopK: of the best K at High, Shared are among the best K at Low.
	TopK []Overlap `json:"topK"`
	// Regret is what choosing the best at Low gives up at High.
	Regret Regret `json:"regret"`
	// Surrogate is the correlation of the two budgets' forests over the whole space.
	Surrogate Surrogate `json:"surrogate"`
}

// RankStat is Spearman's correlation with its evidence.
type RankStat struct {
	Rho float64 `json:"rho"`
	// P is the two-sided p-value, PHolm the same corrected over all pairs of budgets.
	P     float64 `json:"p"`
	PHolm float64 `json:"pHolm"`
	// Lo and Hi are the confidence interval; BootLo and BootHi that of the bootstrap.
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
	// IntervalMethod names the method of Lo and Hi.
	IntervalMethod string  `json:"intervalMethod,omitempty"`
	BootLo         float64 `json:"bootLo"`
	BootHi         float64 `json:"bootHi"`
	// Method of the p-value. Reason says why the numbers cannot be told.
	Method string `json:"method,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Kendall is Kendall's tau-b.
type Kendall struct {
	Tau    float64 `json:"tau"`
	P      float64 `json:"p"`
	Reason string  `json:"reason,omitempty"`
}

// Overlap counts the agreement of the best K of two rankings.
type Overlap struct {
	K      int     `json:"k"`
	Shared float64 `json:"shared"` // a fraction where values are tied around rank K
	Chance float64 `json:"chance"` // expected Shared if the rankings had nothing in common
}

// Regret is the loss given up by stopping at the lower budget.
type Regret struct {
	// Config was best at the lower budget; Value is its result at the higher, Best the best there.
	Config string  `json:"config,omitempty"`
	Value  float64 `json:"value"`
	Best   float64 `json:"best"`
	// Regret is |Value - Best|, Relative the same as a share of the range of the
	// shared configurations' results at the higher budget.
	Regret   float64 `json:"regret"`
	Relative float64 `json:"relative"`
	Reason   string  `json:"reason,omitempty"`
}

// Surrogate is Spearman's correlation of two forests' predictions at quasi-random
// points of the whole space: free of range restriction, but no better than the forests.
type Surrogate struct {
	Rho    float64 `json:"rho"`
	Points int     `json:"points"`
	// LowR2 and HighR2 are the out-of-bag R2 of the two forests.
	LowR2  float64 `json:"lowR2"`
	HighR2 float64 `json:"highR2"`
	Reason string  `json:"reason,omitempty"`
}

// Shift is the change of one parameter's importance from a low to a high budget.
type Shift struct {
	Param string `json:"param"`
	// Low and High are the two budgets.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Change of the individual importance, with its interval.
	Change Stat `json:"change"`
	// Decided tells that the interval excludes zero.
	Decided bool `json:"decided"`
}

// Answer is one of the questions everybody has, answered in words.
type Answer struct {
	Question string `json:"question"`
	Text     string `json:"text"`
	// Verdict is yes, partly, no, or undecided.
	Verdict string `json:"verdict"`
}

// Advice says what to do with one parameter in the next search.
type Advice struct {
	Param string `json:"param"`
	// Action is keep, fix (take it out of the space at Value) or undecided.
	Action string `json:"action"`
	// Value to fix the parameter to, as text: that of the incumbent.
	Value string `json:"value,omitempty"`
	// Evidence in words.
	Evidence string `json:"evidence"`
}

// Config is one configuration with its results.
type Config struct {
	ID string `json:"id"`
	// Values has one entry per Analysis.Params in natural units: numbers for
	// numeric parameters, the index of the choice for the others, NaN where inactive.
	Values []float64 `json:"values"`
	// Results has one entry per Analysis.Budgets, NaN where there is none.
	Results []float64 `json:"results"`
	// Pick is random, model or unknown.
	Pick string `json:"pick"`
}

// Event is one ended trial.
type Event struct {
	// Time in seconds since the first trial was submitted, without the pauses that
	// the warning "pauses" names, if any.
	Time float64 `json:"time"`
	// Budget is the index in Analysis.Budgets, Config that in Analysis.Configs (-1 if it has no usable result at all).
	Budget int     `json:"budget"`
	Config int     `json:"config"`
	Value  float64 `json:"value"`
	Status string  `json:"status"`
}

// Finding is something odd in the input.
type Finding struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Path     string `json:"path,omitempty"`
	Line     int    `json:"line,omitempty"`
	Message  string `json:"message"`
	Count    int    `json:"count"`
}

// Warning is a limit of a result that the reader must know.
type Warning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Provenance makes the report reproducible.
type Provenance struct {
	Version string           `json:"version"`
	Command string           `json:"command,omitempty"`
	Seed    uint64           `json:"seed"`
	Options ProvenanceOption `json:"options"`
	Format  string           `json:"format"`
	Inputs  []Input          `json:"inputs"`
}

// Input is one file that was read.
type Input struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// ProvenanceOption records the options that change numbers.
type ProvenanceOption struct {
	Objective  string  `json:"objective"`
	Scale      string  `json:"scale"`         // encoded or linear
	Failures   string  `json:"failures"`      // exclude, worst or a value
	Repeats    string  `json:"repeats"`       // mean, last or seed
	Inactive   string  `json:"inactive"`      // in place of inactive values: uniform, default or level
	Low        string  `json:"low,omitempty"` // cutoff, none if empty; a quantile with %
	High       string  `json:"high,omitempty"`
	Best       float64 `json:"best,omitempty"`    // cutoff at the best share, 0 for none
	Cutoffs    string  `json:"cutoffs,omitempty"` // clamp or exclude, empty without cutoffs
	Trees      int     `json:"trees"`
	MinLeaf    int     `json:"minLeaf"`
	Features   float64 `json:"features"`
	TreeMeans  bool    `json:"treeMeans"` // shares are not corrected
	Replicates int     `json:"replicates"`
	Resamples  int     `json:"resamples"`
	Confidence float64 `json:"confidence"`
	// Target is the share of the best configurations that PED-ANOVA asks about.
	Target float64 `json:"target"`
	// From is the configuration that the ablation path begins at.
	From string `json:"from"`
}
