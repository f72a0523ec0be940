package conformance

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeioM") { // It is an MCP tool, but a user.
		return "an " + noun
	}
	return "a " + noun
}

// constant matches a word that can be one of a fixed list of words. Any other text could be a name.
var constant = regexp.MustCompile(`^[A-Z_]{1,20}$`)

// words checks that a field contains only the known words.
func words(objects []map[string]any, field string, known ...string) Finding {
	var seen, unknown []string
	for _, object := range objects {
		word := text(object, field)
		isSpelling := slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, word) })
		if !isSpelling && !constant.MatchString(word) {
			word = "another text"
		}
		if !slices.Contains(seen, word) {
			seen = append(seen, word)
		}
		if !slices.Contains(known, word) && !slices.Contains(unknown, word) {
			unknown = append(unknown, word)
		}
	}
	slices.Sort(seen)
	return decide(len(unknown) == 0, "%s", strings.Join(seen, ", "))
}

func otherCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}
