package main

import (
	"context"
	"fmt"

	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/ingest"
)

// rankColumns correlates the columns of a matrix with gaps, pair by pair.
func rankColumns(ctx context.Context, r *recorder) error {
	data, n, b, err := readNPY(r.job.Path)
	if err != nil {
		return err
	}
	columns := make([][]float64, b)
	for j := range columns {
		columns[j] = make([]float64, n)
		for i := range columns[j] {
			columns[j][i] = data[i*b+j]
		}
	}
	r.ready()
	var ranks *correlation.Result
	if err := r.repeat("correlation", func() error {
		ranks, err = correlation.Matrix(ctx, columns, correlation.Options{Resamples: -1, Workers: r.job.CPUs})
		return err
	}); err != nil {
		return err
	}
	r.floor("correlation", ranked(columns))
	for _, p := range ranks.Pairs {
		r.answer(fmt.Sprintf("correlation %d %d", p.I, p.J), p.Spearman.Rho)
	}
	return nil
}

// readLog reads a log.
func readLog(ctx context.Context, r *recorder) error {
	r.ready()
	if err := r.phase("read", func() error {
		study, findings, err := ingest.Open(ctx, r.job.Path, ingest.Options{})
		if err != nil {
			return err
		}
		r.answer("trials", float64(len(study.Trials)))
		r.note("%d configurations, %d findings", len(study.Configs), len(findings))
		return nil
	}); err != nil {
		return err
	}
	r.floor("read", floor{Unit: "byte of text", Units: float64(r.job.Bytes), Bytes: float64(r.job.Bytes)})
	return nil
}
