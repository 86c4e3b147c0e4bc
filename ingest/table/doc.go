// Package table reads and writes searches as tables: comma, tab or semicolon
// separated text with a header, plain or gzipped, and through [Rows] the rows
// of any other kind of table.
//
// # Shapes
//
// Long: one row per trial, with a column for the budget. Wide: one row per
// configuration, with one column per budget or seed or both, such as loss@1,
// loss@3 or accuracy_seed0, accuracy_seed1. Options.Wide states the pattern of
// such columns: text with {budget}, {seed} and {objective} where these stand
// ("loss@{budget}"). Without it a table is wide if several columns are named by
// one measured quantity and a number. An empty cell of a wide table is a trial
// that was not run.
//
// # What the columns are
//
// The options name columns: BudgetColumn, SeedColumn, InstanceColumn, IDColumn,
// StatusColumn ([None], "-", says that there is none), Objectives, and
// ConfigPrefix for what the parameters begin with. What they leave open is found
// by the names that searchers give, in this order:
//
//   - headings such as "metric:accuracy [0.0; 1.0] (maximize)" are objectives
//     with bounds and direction;
//   - columns that begin with hp_config., config., config/, config_, params_,
//     param_, hp_ and the like are the parameters; without such a beginning
//     those that the search space names; without a space all that are nothing else
//     and do not differ between the rows of one configuration;
//   - budget, fidelity, n_resources, training_iteration, epoch, step, iteration;
//     seed; instance, task_id; config_id, run_id, trial_id, number; status, state;
//     model_based_pick; origin; start_time, end_time and the like;
//   - the objective is the one column that is named by a measured quantity
//     (loss, error, mse, accuracy, score, performance, ...), values_0,
//     values_1, ... of Optuna, mean_test_score of scikit-learn.
//
// Each guess is a finding of severity note that says which option overrides it.
// Where two columns could be one thing the error lists them and the option.
//
// The direction of an objective is that of Options.Maximize and
// Options.Minimize, else that of the heading, else by its name: the scores of
// scikit-learn are maximised (a note says so), accuracy, auc, f1, r2,
// precision, recall, reward, return and the like too (a warning says so), all
// others minimised, with a warning where the name suggests the opposite (score,
// performance, fitness) or says nothing (value, values_0, objective, ...).
//
// # Cells
//
// A budget is a number or a time such as 400s, 20min or 1h, which becomes seconds.
// Empty, NA and NaN cells of a parameter are absent values (inactive
// parameters), None and null the null value, True and False booleans, text that
// reads as a number a number, else text; a search space decides between "1" and
// 1. Rows with equal parameters are one configuration unless a column gives its
// id. Without a status, a trial with a number has succeeded, one with NaN or an
// infinity has diverged, and of one without a value the end is unknown. Rows
// that repeat configuration, budget and instance are kept as repeats if the
// table has no seeds; with seeds the last row of each seed counts. A pruned trial
// is a result at its budget; in a table without budgets, where it would stand
// beside completed ones, it has not finished.
//
// Columns that are nothing else are kept in Trial.Info.
//
// # Finding codes
//
// Notes: config-columns, budget-column, configuration-id-column, seed-column,
// instance-column, status-column, pick-column, origin-column,
// time-submitted-column, time-started-column, time-finished-column,
// objective-column, direction-guess, budget-times, wide-columns, ignored-columns, no-budget, trial-number,
// declared-choices, repeated-trials, space-file.
//
// Warnings: direction-guess, foreign-space, missing-column, varying-column, unshared-configs,
// bad-number, no-value, short-row, pruned-without-budget, unknown-status, unknown-pick, bad-seed, bad-time, no-id.
//
// Left out: bad-line, torn-line, truncated-file, bad-space-file; and the codes of package
// source.
package table
