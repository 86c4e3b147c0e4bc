package nasalyze_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nasalyze/nasalyze/examples/digits"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
)

// From a log to its numbers. ingest.Open reads a log from a path; here it is one of the
// examples.
func Example() {
	ctx := context.Background()
	study, findings, err := ingest.OpenFS(ctx, digits.Log(), ".", ingest.Options{BudgetName: "epochs"})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	a, err := reports.Analyze(ctx, study, reports.Options{Replicates: -1}) // no intervals of importance
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range a.Correlations {
		if c.HighIndex == c.LowIndex+1 {
			fmt.Printf("%v to %v epochs: rho = %.2f [%.2f, %.2f], n = %d\n", c.Low, c.High, c.Spearman.Rho, c.Spearman.Lo, c.Spearman.Hi, c.N)
		}
	}
	full := a.Budgets[len(a.Budgets)-1]
	fmt.Printf("at %v epochs the forest predicts unseen configurations: %v\n", full.Budget, full.Decided)
	// Output:
	// configspace.json: note: search space of 13 parameters read from here [space-file]
	// results.json: note: info has numbers that can be objectives: info.seconds, info.test_error, info.train_error, info.validation_log_loss, info.weights [more-objectives]
	// 3 to 9 epochs: rho = 0.91 [0.83, 0.95], n = 90
	// 9 to 27 epochs: rho = 0.85 [0.74, 0.93], n = 60
	// 27 to 81 epochs: rho = 0.85 [0.68, 0.93], n = 40
	// at 81 epochs the forest predicts unseen configurations: true
}
