package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v3"
)

// This file prints the help of every command, in place of the library's templates,
// which do not wrap lines.

const (
	helpWidth  = 80
	helpColumn = 24 // where the second column starts
)

func init() {
	cli.HelpPrinter = func(w io.Writer, _ string, data any) { printHelp(w, data.(*cli.Command)) }
}

func printHelp(w io.Writer, cmd *cli.Command) {
	fmt.Fprintln(w, strings.TrimSpace("usage: "+cmd.FullName()+" [flags] "+cmd.ArgsUsage))
	fmt.Fprintf(w, "\n%s\n", wrapText(strings.TrimSpace(cmd.Description)))
	if commands := cmd.VisibleCommands(); len(commands) > 0 {
		fmt.Fprint(w, "\nCommands:\n\n")
		for _, c := range commands {
			printRow(w, c.Name, c.Usage)
		}
	}
	printFlags(w, cmd, "", "Flags")
	printFlags(w, cmd, serverFlags, serverFlags)
}

// printFlags prints the flags of one category under a title.
func printFlags(w io.Writer, cmd *cli.Command, category, title string) {
	for _, flag := range cmd.VisibleFlags() {
		if flag.(cli.CategorizableFlag).GetCategory() != category {
			continue
		}
		if title != "" {
			fmt.Fprintf(w, "\n%s:\n\n", title)
			title = ""
		}
		name, usage := describeFlag(flag)
		printRow(w, name, usage)
	}
}

// describeFlag returns a flag with the name of its value, which stands in backquotes in
// its usage, and its usage with the default.
func describeFlag(flag cli.Flag) (name, usage string) {
	doc := flag.(cli.DocGenerationFlag)
	name, usage = "-"+strings.Join(flag.Names(), ", -"), doc.GetUsage()
	switch value := doc.GetValue(); {
	case !doc.TakesValue() && value == "true":
		return name, usage + " (default true)"
	case !doc.TakesValue():
		return name, usage
	}
	if before, after, ok := strings.Cut(usage, "`"); ok {
		value, after, _ := strings.Cut(after, "`")
		name, usage = name+" "+value, before+value+after
	} else {
		name += " " + doc.TypeName()
	}
	if value := doc.GetValue(); value != "" && value != "0" {
		usage += fmt.Sprintf(" (default %s)", value)
	}
	return name, usage
}

// printRow prints two columns. The second starts on a line of its own when the first is
// too wide.
func printRow(w io.Writer, left, right string) {
	lines := wrapLine(right, helpWidth-helpColumn)
	if len(left)+4 > helpColumn {
		fmt.Fprintf(w, "  %s\n", left)
		left = ""
	}
	for _, line := range lines {
		fmt.Fprintf(w, "  %-*s%s\n", helpColumn-2, left, line)
		left = ""
	}
}

// wrapText breaks the lines of paragraphs, but not those that are indented, such as
// examples.
func wrapText(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line == "" || line[0] == ' ' {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, wrapLine(line, helpWidth)...)
	}
	return strings.Join(lines, "\n")
}

// wrapLine breaks s between words into lines that are no wider than width.
func wrapLine(s string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
