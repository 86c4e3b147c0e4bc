package main

import (
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
)

// streams are the three ends of a command line.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "nasalyze",
		Short: "Answers from the logs of multi-budget searches",
		Long: `nasalyze reads the log of a search that trained configurations at several budgets
and says how far ranks at a small budget carry over to a large one, which
parameters matter at which budget, and which can leave the search space.

Start with "nasalyze report": without a log it reports on an embedded example.`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newReport(s), newInspect(s), newImportance(s), newCorrelation(s), newPlot(s), newConvert(s), newSearch(s), newTrain(s), newVersion(s), newSearchJob(s))
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	strict(root)
	return root
}

// newHelp is cobra's help command, but an unknown topic is a usage error.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd := root
			for _, name := range args {
				i := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
				if i < 0 {
					return unknownCommand(cmd, name)
				}
				cmd = cmd.Commands()[i]
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// strict gives cobra's own commands the exit status of usage errors.
func strict(root *cobra.Command) {
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		c.Short = "Write a script that completes command lines in a shell"
		c.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return nil
		}
		c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		for _, shell := range c.Commands() {
			shell.Args = noArgs
		}
	}
}

// unknownCommand lists the commands there are.
func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return usagef("unknown command %q of %s, %s", name, cmd.CommandPath(), oneOf(name, names))
}

// noArgs refuses arguments with the exit status of a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasParent() {
		if _, err := os.Stat(args[0]); err == nil {
			return usagef("%s is no command; did you mean nasalyze report %s?", args[0], args[0])
		}
		return unknownCommand(cmd, args[0])
	}
	return usagef("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
}

// version is that of the module when it was installed as one, else the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	return v
}

func newVersion(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  nasalyze version",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(s.out, "nasalyze "+version()+"\n")
			return err
		},
	}
}
