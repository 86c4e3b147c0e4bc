//go:build unix && !linux

package slurm

func stopClusters() {}
