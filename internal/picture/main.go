// Command picture draws what it reads, a run of the demo, as an SVG of a terminal that scrolls:
//
//	make --silent demo | go run ./internal/picture > assets/demo.svg
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	columns, rows = 100, 28
	// In pixels.
	charWidth, lineHeight, margin = 7.8, 18, 16
	// secondsPerLine is how fast the picture scrolls, and pause how long it rests at the end.
	secondsPerLine, pause = 0.35, 6
)

// skipped are the demo's steps that prepare it; the picture is of what comes after them.
var skipped = []string{"# Build the provider", "# Run examples/quickstart", "# Install the provider"}

func main() {
	lines, err := read(os.Stdin)
	if err == nil {
		err = draw(os.Stdout, lines)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

// read takes the lines of a run, without the steps that prepare it.
func read(run io.Reader) ([]string, error) {
	var lines []string
	skipping := true
	scanner := bufio.NewScanner(run)
	for scanner.Scan() {
		line := scanner.Text()
		if strings.HasPrefix(line, "# ") {
			skipping = slices.ContainsFunc(skipped, func(step string) bool { return strings.HasPrefix(line, step) })
		}
		if !skipping {
			lines = append(lines, line)
		}
	}
	if scanner.Err() == nil && len(lines) < rows {
		return nil, fmt.Errorf("%d lines are no run of the demo", len(lines))
	}
	return lines, scanner.Err()
}

// draw writes the picture. Whoever asks for less motion sees the end of the run.
func draw(out io.Writer, lines []string) error {
	var b strings.Builder
	width, height := columns*charWidth+2*margin, rows*lineHeight+2*margin
	hidden := len(lines) - rows
	scroll := float64(hidden) * secondsPerLine
	total := scroll + pause
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 %.0f %d" width="%.0f" height="%d" role="img" aria-label="A run of make demo">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&b, `<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre }
.step { fill: #8b949e } .command { fill: #ffffff; font-weight: bold } .add { fill: #56d364 } .remove { fill: #ff7b72 } .good { fill: #56d364; font-weight: bold }
#run { transform: translateY(-%[1]dpx) }
@keyframes scroll { 0%% { transform: translateY(0) } %.2[2]f%%, 100%% { transform: translateY(-%[1]dpx) } }
@media (prefers-reduced-motion: no-preference) { #run { animation: scroll %.1[3]fs linear infinite } }
</style>
`, hidden*lineHeight, 100*scroll/total, total)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>`+"\n"+`<svg x="%d" y="%d" width="%.0f" height="%d"><g id="run">`+"\n",
		margin, margin, columns*charWidth, rows*lineHeight)
	for i, line := range lines {
		if line != "" {
			fmt.Fprintf(&b, `<text y="%d"%s>%s</text>`+"\n", (i+1)*lineHeight-5, class(line), html.EscapeString(cut(line)))
		}
	}
	b.WriteString("</g></svg>\n</svg>\n")
	_, err := io.WriteString(out, b.String())
	return err
}

func class(line string) string {
	trimmed := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(line, "# "):
		return ` class="step"`
	case strings.HasPrefix(line, "$ "):
		return ` class="command"`
	case strings.HasPrefix(trimmed, "+ "):
		return ` class="add"`
	case strings.HasPrefix(trimmed, "- "):
		return ` class="remove"`
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
