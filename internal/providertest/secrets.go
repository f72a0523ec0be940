package providertest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// FormsOf returns the forms in which a secret may appear in a text.
func FormsOf(secret string) []string {
	quoted, _ := json.Marshal(secret)
	forms := []string{
		secret,
		strings.Trim(string(quoted), `"`),
		strings.Trim(strconv.Quote(secret), `"`),
		// The CLI's log escapes quotes, but not backslashes.
		strings.ReplaceAll(secret, `"`, `\"`),
		url.QueryEscape(secret),
		url.PathEscape(secret),
		html.EscapeString(secret),
		escapeJSON(secret),
		strings.ToLower(url.QueryEscape(secret)),
		url.QueryEscape(url.QueryEscape(secret)),
	}
	for _, text := range []string{secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret)} {
		forms = append(forms, base64FormsOf(text)...)
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// base64FormsOf returns the Base64 characters that depend only on the text, for each position in a longer
// text: at the start, after a client ID and a colon as in HTTP Basic, or within a body.
func base64FormsOf(text string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		for before, partial := range map[string]int{"": 0, "-": 2, "--": 3} {
			encoded := encoding.EncodeToString([]byte(before + text))
			// The last group also contains bits of the next characters.
			forms = append(forms, encoded[partial:len(before+text)/3*4])
		}
	}
	return forms
}

// MustBeAbsent checks that a text contains none of the secrets, in any form.
func MustBeAbsent(t *testing.T, where, text string, secrets map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if len(secrets[name]) < 8 {
			t.Fatalf("%s is %q, want a secret of at least 8 characters", name, secrets[name])
		}
		for _, form := range FormsOf(secrets[name]) {
			if before, after, found := strings.Cut(text, form); found {
				line := before[strings.LastIndexByte(before, '\n')+1:]
				after, _, _ = strings.Cut(after, "\n")
				t.Errorf("%s contains %s as %q: %.200s[…]%.50s", where, name, form, line, after)
				break
			}
		}
	}
}

// escapeJSON escapes like .NET, which LUSID uses: it escapes everything except letters and digits.
func escapeJSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 128 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(" -_.:/", r)) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}

// IssuedSecrets has the tokens that a domain issued, and its other secrets.
type IssuedSecrets struct {
	mu     sync.Mutex
	tokens []string
	// others are the secrets of applications and the personal access tokens, by name.
	others map[string]string
}

// Front wraps a mock: see NewMockBehind.
func (i *IssuedSecrets) Front(mock http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		mock.ServeHTTP(recorder, r)
		var answer map[string]any
		if json.Unmarshal(recorder.Body.Bytes(), &answer) == nil {
			i.note(answer)
		}
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		_, _ = io.Copy(w, recorder.Body)
	})
}

func (i *IssuedSecrets) note(answer map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, name := range []string{"access_token", "id_token", "refresh_token"} {
		if token, ok := answer[name].(string); ok {
			i.tokens = append(i.tokens, token)
		}
	}
	for _, name := range []string{"secret", "key"} {
		if secret, ok := answer[name].(string); ok {
			if i.others == nil {
				i.others = map[string]string{}
			}
			i.others[fmt.Sprintf("%s of %v, number %d", name, answer["displayName"], len(i.others))] = secret
		}
	}
}

// All returns the tokens.
func (i *IssuedSecrets) All() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.tokens)
}

// Named returns all secrets by name.
func (i *IssuedSecrets) Named() map[string]string {
	i.mu.Lock()
	defer i.mu.Unlock()
	named := maps.Clone(i.others)
	if named == nil {
		named = map[string]string{}
	}
	for n, token := range i.tokens {
		named[fmt.Sprint("issued token ", n)] = token
	}
	return named
}

// Echoes are servers that repeat every secret of a request in their response, by the kind of response.
var Echoes = map[string]func(http.Handler) http.Handler{
	"JSON": echo(http.StatusBadRequest, "application/problem+json", func(heard []string) string {
		return echoJSON(heard, func(s string) string { b, _ := json.Marshal(s); return string(b) })
	}),
	"JSON as .NET writes it": echo(http.StatusForbidden, "application/json", func(heard []string) string {
		return echoJSON(heard, func(s string) string { return `"` + escapeJSON(s) + `"` })
	}),
	"JSON with slashes escaped": echo(http.StatusUnauthorized, "application/json", func(heard []string) string {
		return echoJSON(heard, func(s string) string {
			b, _ := json.Marshal(s)
			return strings.ReplaceAll(string(b), "/", `\/`)
		})
	}),
	"HTML title": echo(http.StatusForbidden, "text/html", func(heard []string) string { return "<title>" + strings.Join(heard, " ") + "</title>" }),
	"HTML title, escaped": echo(http.StatusForbidden, "text/html", func(heard []string) string {
		return "<title>" + html.EscapeString(strings.Join(heard, " ")) + "</title>"
	}),
	"HTML title with 200": echo(http.StatusOK, "text/html", func(heard []string) string {
		return "<title>" + html.EscapeString(strings.Join(heard, " ")) + "</title>"
	}),
	"malformed header": EchoRaw(func(heard string) string { return "HTTP/1.1 200 OK\r\n" + heard + "\r\n\r\n" }),
	"malformed status": EchoRaw(func(heard string) string { return "HTTP/1.1 " + heard + "\r\n\r\n" }),
	"malformed length": EchoRaw(func(heard string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + heard + "\r\n\r\n" }),
	"malformed location": EchoRaw(func(heard string) string {
		return "HTTP/1.1 307 Moved\r\nLocation: http://[" + url.QueryEscape(heard) + "\r\nContent-Length: 0\r\n\r\n"
	}),
	"a page behind a redirect": EchoRaw(func(heard string) string {
		if strings.Contains(heard, " /login") {
			return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 22\r\n\r\n<title>Sign in</title>"
		}
		return "HTTP/1.1 307 Moved\r\nLocation: /login?" + url.QueryEscape(heard) + "\r\nContent-Length: 0\r\n\r\n"
	}),
	"text":          echo(http.StatusBadRequest, "text/plain", func(heard []string) string { return strings.Join(heard, "\n") }),
	"JSON with 200": echo(http.StatusOK, "application/json", func(heard []string) string { b, _ := json.Marshal(heard); return string(b) }),
	"a redirect":    echo(http.StatusTemporaryRedirect, "text/plain", func(heard []string) string { return strings.Join(heard, "\n") }),
}

func echoJSON(heard []string, quote func(string) string) string {
	var b strings.Builder
	all := quote(strings.Join(heard, " | "))
	fmt.Fprintf(&b, `{"name": %[1]s, "code": 157, "title": %[1]s, "detail": %[1]s, "instance": %[1]s, "errors": {"field": [%[1]s]}, "errorDetails": [{"a": %[1]s}], "error": %[1]s, "error_description": %[1]s}`, all)
	return b.String()
}

func echo(status int, contentType string, say func(heard []string) string) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			heard := []string{string(body), r.Header.Get("Authorization"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
			if form, err := url.ParseQuery(string(bytes.TrimSpace(body))); err == nil {
				for _, values := range form {
					heard = append(heard, values...)
				}
			}
			if id, secret, ok := r.BasicAuth(); ok {
				heard = append(heard, id, secret)
			}
			for _, text := range heard {
				heard = append(heard, base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)))
			}
			w.Header().Set("Content-Type", contentType)
			if status == http.StatusTemporaryRedirect {
				w.Header().Set("Location", "https://elsewhere.example.com/?"+url.Values{"heard": heard}.Encode())
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, say(heard))
		})
	}
}

// EchoRaw sends a response that contains the whole request on one line. The response may be invalid HTTP.
func EchoRaw(say func(heard string) string) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			heard, _ := httputil.DumpRequest(r, true)
			id, secret, _ := r.BasicAuth()
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer func() { _ = connection.Close() }()
			_, _ = io.WriteString(connection, say(strings.Join(strings.Fields(fmt.Sprintf("%s %s %s", heard, id, secret)), " ")))
		})
	}
}
