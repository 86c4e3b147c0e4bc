package main

import (
	"encoding/csv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// commandLine is what was typed, for a POSIX shell: the logs, then the flags that were given, in alphabetical order. Flags that
// change no number, only where it goes and how fast, are left out.
func commandLine(cmd *cobra.Command, paths []string) string {
	words := strings.Fields(cmd.CommandPath())
	for _, p := range paths {
		if strings.HasPrefix(p, "-") && p != source.Stdin {
			p = "./" + p // no flag
		}
		words = append(words, quote(p))
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "output", "workers":
			return
		}
		value := f.Value.String()
		if list, ok := f.Value.(pflag.SliceValue); ok {
			value = commas(list.GetSlice())
		}
		switch f.NoOptDefVal {
		case "":
			words = append(words, "--"+f.Name, quote(value))
		case value: // a switch that is on
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name+"="+quote(value))
		}
	})
	return strings.Join(words, " ")
}

// commas makes one value of a flag that takes a list.
func commas(list []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(list) // into memory
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// quote quotes a word for a POSIX shell where it needs it.
func quote(s string) string {
	plain := s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./,:@%+=", r))
	}) < 0
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
