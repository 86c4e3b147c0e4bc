// Package nasalyze is the model that all packages of the module share: the
// search space, the configurations, their trials at several budgets, and the
// numeric tables that are made of them.
//
// The way of the data:
//
//  1. package ingest turns a log into a [Study] (space, objectives, trials);
//  2. [Study.At] turns the trials at one budget into a [Table]: the unit-cube
//     encoding of the configurations and their losses;
//  3. packages forest and fanova fit and decompose a Table, package correlation
//     compares the losses of the same configurations at different budgets;
//  4. package reports collects every number in one Analysis and draws it.
//
// This package does no input or output and uses the standard library only.
package nasalyze
