// Command picture draws three steps of the demo as an SVG: a plan, its apply, and an empty second plan.
//
//	make --silent demo | go run ./internal/picture > assets/demo.svg
package main

import (
	"fmt"
	"html"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

const (
	columns = 84
	// In pixels.
	charWidth, lineHeight, margin = 7.8, 18, 16
)

// frames are the pictures, one below the other.
var frames = []frame{
	{step: "# Plan an application.", from: "Terraform will perform", to: "Plan: "},
	{step: "# Create it.", from: "lusid_application.example: Creating", to: "Apply complete!"},
	{step: "# A second plan", from: "No changes.", to: "No changes."},
}

// frame is a step of the demo: its command, and what the command prints between two lines.
type frame struct {
	// These are how the lines begin. The lines from and to are in the picture.
	step, from, to string
}

func main() {
	run, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = draw(os.Stdout, string(run))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

// lines returns the lines of the frame in the output of a run.
func (f frame) lines(run string) ([]string, error) {
	// OpenTofu prints its own name.
	run = strings.ReplaceAll(run, "OpenTofu", "Terraform")
	_, step, found := strings.Cut(run, "\n"+f.step)
	if !found {
		return nil, fmt.Errorf("the run has no step %q", f.step)
	}
	step, _, _ = strings.Cut(step, "\n# ")
	var (
		command string
		printed []string
	)
	for line := range strings.SplitSeq(step, "\n") {
		switch {
		case strings.HasPrefix(line, "$ "):
			command = line
		case len(printed) > 0 || strings.HasPrefix(line, f.from):
			printed = append(printed, line)
			if strings.HasPrefix(line, f.to) {
				return append([]string{command, ""}, printed...), nil
			}
		}
	}
	return nil, fmt.Errorf("the step %q does not print %q and then %q", f.step, f.from, f.to)
}

// draw writes the picture of a run.
func draw(out io.Writer, run string) error {
	var b strings.Builder
	width, top := columns*charWidth+2*margin, 0
	for _, frame := range frames {
		lines, err := frame.lines(run)
		if err != nil {
			return err
		}
		height := len(lines)*lineHeight + 2*margin
		fmt.Fprintf(&b, `<rect y="%d" width="%.0f" height="%d" rx="8" fill="#0d1117"/>`+"\n", top, width, height)
		for i, line := range lines {
			if line != "" {
				fmt.Fprintf(&b, `<text x="%d" y="%d"%s>%s</text>`+"\n", margin, top+margin+(i+1)*lineHeight-5, class(line), html.EscapeString(cut(line)))
			}
		}
		top += height + margin
	}
	_, err := fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 %.0f %d" width="%.0f" height="%d" role="img" aria-label="Three steps of make demo: plan, apply, and an empty second plan">
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre }
.command { fill: #ffffff; font-weight: bold } .add { fill: #56d364 } .good { fill: #56d364; font-weight: bold }
</style>
%s</svg>
`, width, top-margin, width, top-margin, b.String())
	return err
}

func class(line string) string {
	switch {
	case strings.HasPrefix(line, "$ "):
		return ` class="command"`
	case strings.HasPrefix(strings.TrimSpace(line), "+ "):
		return ` class="add"`
	case strings.Contains(line, " complete!") || strings.HasPrefix(line, "No changes."):
		return ` class="good"`
	}
	return ""
}

// cut shortens a line that is wider than the picture.
func cut(line string) string {
	if utf8.RuneCountInString(line) <= columns {
		return line
	}
	return string([]rune(line)[:columns-1]) + "…"
}
