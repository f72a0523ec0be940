package client

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// minSecret is the length of the shortest secret that is masked. Shorter ones occur in any text,
	// and masking them would only make the text unreadable.
	minSecret = 4
	// maxText limits a text from a server. A page of prose has some 3,000 bytes.
	maxText = 16 << 10
	// maxDecodings limits how often a text is decoded, because a server may quote a text that is already
	// quoted.
	maxDecodings = 4
)

// mask hides the secrets of a client in texts that the client did not write. A server can repeat what it
// received, and a library can quote the server.
type mask struct {
	mu    sync.RWMutex
	known map[Secret]bool
	// patterns are the texts to look for, by their first minSecret bytes, the longest first.
	patterns map[string][]pattern
}

// Format prints the mask without its secrets.
func (*mask) Format(f fmt.State, _ rune) { conceal(f, "mask") }

// pattern is one form of a secret.
type pattern struct {
	text string
	// isBase64 is true for a part of a Base64 text.
	isBase64 bool
}

// Format prints the pattern without the secret.
func (pattern) Format(f fmt.State, _ rune) { conceal(f, "pattern") }

// learn adds secrets. Adding a known secret is cheap.
func (m *mask) learn(secrets ...Secret) {
	for _, secret := range secrets {
		m.mu.RLock()
		isKnown := m.known[secret]
		m.mu.RUnlock()
		if len(secret) < minSecret || isKnown {
			continue
		}
		patterns := patternsOf(string(secret))
		m.mu.Lock()
		if m.known == nil {
			m.known, m.patterns = map[Secret]bool{}, map[string][]pattern{}
		}
		m.known[secret] = true
		for _, p := range patterns {
			key := p.text[:minSecret]
			m.patterns[key] = append(m.patterns[key], p)
			slices.SortFunc(m.patterns[key], func(a, b pattern) int { return cmp.Compare(len(b.text), len(a.text)) })
		}
		m.mu.Unlock()
	}
}

// patternsOf returns the forms of a secret that redact cannot decode, and the results of decoding them.
func patternsOf(secret string) []pattern {
	patterns := []pattern{{text: secret}}
	quoted, _ := json.Marshal(secret)
	for _, form := range []string{secret, url.QueryEscape(secret), strings.Trim(string(quoted), `"`)} {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			// Base64 turns three bytes into four characters, so the characters depend on the position of the
			// secret. Only characters that consist of bits of the secret alone are known.
			for before := range 3 {
				encoded := encoding.EncodeToString(append(make([]byte, before), form...))
				first, last := (before*8+5)/6, (before+len(form))*8/6
				patterns = append(patterns, pattern{encoded[first:last], true})
			}
		}
	}
	for _, p := range slices.Clone(patterns) {
		for range maxDecodings {
			decoded, changed := unescapeAll(view{text: p.text})
			if !changed {
				break
			}
			p.text = decoded.text
			patterns = append(patterns, p)
		}
	}
	patterns = slices.DeleteFunc(patterns, func(p pattern) bool { return len(p.text) < minSecret })
	slices.SortFunc(patterns, func(a, b pattern) int { return cmp.Compare(a.text, b.text) })
	return slices.CompactFunc(patterns, func(a, b pattern) bool { return a.text == b.text })
}

// redact hides every secret in a text: as plain text, escaped as in JSON, URLs, forms, HTML and Go, in Base64,
// and in any combination of them. It truncates a text that is too long for a message.
func (m *mask) redact(text string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	end := len(text)
	if end > maxText {
		// A secret may extend past the cut.
		text, end = text[:min(end, 2*maxText)], maxText
	}
	var hidden []span
	for v, changed, i := (view{text: text}), true, 0; changed && i <= maxDecodings; i++ {
		hidden = m.find(hidden, v)
		v, changed = unescapeAll(v)
	}
	slices.SortFunc(hidden, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	shown := 0
	for _, s := range hidden {
		if s.from >= end {
			break
		}
		if s.from >= shown {
			b.WriteString(text[shown:s.from] + redacted)
		}
		shown = max(shown, s.to)
	}
	if shown < end {
		b.WriteString(text[shown:end])
	}
	if len(text) > end {
		b.WriteString("…")
	}
	return b.String()
}

// span is a part of a text.
type span struct{ from, to int }

// find adds the spans of the original text in which a view contains a secret.
func (m *mask) find(found []span, v view) []span {
	for i := 0; i+minSecret <= len(v.text); i++ {
		for _, p := range m.patterns[v.text[i:i+minSecret]] {
			if !strings.HasPrefix(v.text[i:], p.text) {
				continue
			}
			from, to := i, i+len(p.text)
			if p.isBase64 {
				// The neighbouring characters contain bits of the secret too.
				for from > 0 && isBase64(v.text[from-1]) {
					from--
				}
				for to < len(v.text) && (isBase64(v.text[to]) || v.text[to] == '=') {
					to++
				}
			}
			found = append(found, span{v.position(from), v.position(to)})
			if p.isBase64 {
				i = to - 1
			}
			break
		}
	}
	return found
}

func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("+/-_", c) >= 0
}

// view is a text that was decoded any number of times.
type view struct {
	text string
	// positions has the position in the original text of each byte, and after the last one the length of
	// the original. It is nil for the original.
	positions []int
}

func (v view) position(i int) int {
	if v.positions == nil {
		return i
	}
	return v.positions[i]
}

// unescapeAll replaces each escape sequence of a text, of any kind, with its character. It also returns
// whether there was one.
func unescapeAll(v view) (decoded view, changed bool) {
	if !strings.ContainsAny(v.text, `%+\&`) {
		return v, false
	}
	out, positions := make([]byte, 0, len(v.text)), make([]int, 0, len(v.text)+1)
	for i := 0; i < len(v.text); {
		character, size := unescape(v.text[i:])
		if size == 0 {
			character, size = v.text[i:i+1], 1
		} else {
			changed = true
		}
		for range len(character) {
			positions = append(positions, v.position(i))
		}
		out = append(out, character...)
		i += size
	}
	return view{string(out), append(positions, v.position(len(v.text)))}, changed
}

// unescape decodes an escape sequence at the beginning of a text. It returns the character and the length of
// the sequence, which is zero if there is none.
func unescape(text string) (character string, size int) {
	switch text[0] {
	case '+':
		return " ", 1
	case '%':
		if n, ok := hex(text, 1, 2); ok {
			return string([]byte{byte(n)}), 3 //nolint:gosec // Two digits make a byte.
		}
	case '&':
		if end := strings.IndexByte(text[:min(len(text), 12)], ';'); end > 0 {
			if character := html.UnescapeString(text[:end+1]); character != text[:end+1] {
				return character, end + 1
			}
		}
	case '\\':
		if len(text) < 2 {
			return "", 0
		}
		switch text[1] {
		case 'x':
			if n, ok := hex(text, 2, 2); ok {
				return string([]byte{byte(n)}), 4 //nolint:gosec // Two digits make a byte.
			}
		case 'u':
			if n, ok := hex(text, 2, 4); ok {
				low, isPair := hex(text, 8, 4)
				if r := utf16.DecodeRune(n, low); isPair && text[6:8] == `\u` && r != utf8.RuneError {
					return string(r), 12
				}
				return string(n), 6
			}
		case 'U':
			if n, ok := hex(text, 2, 8); ok {
				return string(n), 10
			}
		}
		if i := strings.IndexByte("abfnrtv", text[1]); i >= 0 {
			return "\a\b\f\n\r\t\v"[i : i+1], 2
		}
		return text[1:2], 2
	}
	return "", 0
}

// hex reads a number of hexadecimal digits.
func hex(text string, from, digits int) (rune, bool) {
	if len(text) < from+digits {
		return 0, false
	}
	n, err := strconv.ParseUint(text[from:from+digits], 16, 32)
	return rune(n), err == nil //nolint:gosec // An invalid character decodes as U+FFFD.
}

// maskedError is an error with a masked text, because the original text contains a secret.
type maskedError struct {
	text string
	err  error
}

func (e *maskedError) Error() string { return e.text }

// Format prints the masked text for every verb, because some verbs would print the wrapped error.
func (e *maskedError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.text) }

// Unwrap returns the wrapped error, so that callers can check its type. Do not print it.
func (e *maskedError) Unwrap() error { return e.err }

// clean prepares a text from a server or a library for messages. It removes secrets and characters that
// control a terminal.
func (c *Client) clean(text string) string { return printable(c.mask.redact(text)) }

// cleanError returns an error whose text is safe to show. Every error of a library goes through it.
func (c *Client) cleanError(err error) error {
	if err == nil {
		return nil
	}
	if text := c.clean(err.Error()); text != err.Error() {
		return &maskedError{text, err}
	}
	return err
}
