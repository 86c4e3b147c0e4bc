package ingest

import (
	"github.com/nasalyze/nasalyze/ingest/arff"
	"github.com/nasalyze/nasalyze/ingest/deepcave"
	"github.com/nasalyze/nasalyze/ingest/hpbandster"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
	"github.com/nasalyze/nasalyze/ingest/smac3"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// formats in the order of detection: directories by their file names first,
// single files by their first bytes last. A new format is a line here.
var formats = []Format{
	jsonl.Format, // a search of ours writes HpBandSter's files beside it
	deepcave.Format,
	hpbandster.Format,
	smac3.Format,
	table.DataFrame,
	arff.Format,
	table.Format,
}
