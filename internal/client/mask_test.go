package client_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// maskCanary contains every character that an encoding escapes, and one outside the Basic Multilingual
// Plane.
const maskCanary = `c4n"ary'<é+/=%41 \&😀?`

// TestMask has a server repeat a password in every encoding. Only the text around the password stays.
func TestMask(t *testing.T) {
	t.Parallel()
	quoted := func(text string) string {
		encoded, _ := json.Marshal(text)
		return string(encoded[1 : len(encoded)-1])
	}
	dotNet := func(text string) string {
		return strings.NewReplacer("😀", `\uD83D\uDE00`, "é", `\u00E9`, "+", `\u002B`, `'`, `\u0027`, `"`, `\u0022`, "<", `\u003C`, "&",
			`\u0026`, `\`, `\\`).Replace(text)
	}
	base64Of := base64.StdEncoding.EncodeToString
	forms := map[string]string{
		"raw":                           maskCanary,
		"JSON":                          quoted(maskCanary),
		"JSON within JSON":              quoted(quoted(maskCanary)),
		"JSON in .NET's escapes":        dotNet(maskCanary),
		"JSON in lower case":            strings.ToLower(dotNet(maskCanary)),
		"JSON with slashes escaped":     strings.ReplaceAll(quoted(maskCanary), "/", `\/`),
		"Go":                            strings.Trim(fmt.Sprintf("%q", maskCanary), `"`),
		"Go, in ASCII":                  strings.Trim(fmt.Sprintf("%+q", maskCanary), `"`),
		"JSON within Go":                strings.Trim(fmt.Sprintf("%q", quoted(maskCanary)), `"`),
		"HTML":                          html.EscapeString(maskCanary),
		"JSON within HTML":              html.EscapeString(quoted(maskCanary)),
		"query":                         url.QueryEscape(maskCanary),
		"path":                          url.PathEscape(maskCanary),
		"query in lower case":           strings.ToLower(url.QueryEscape(maskCanary)),
		"query within a query":          url.QueryEscape(url.QueryEscape(maskCanary)),
		"all characters escaped":        "%" + strings.ToUpper(strings.Join(strings.Split(fmt.Sprintf("% x", maskCanary), " "), "%")),
		"Base64":                        base64Of([]byte(maskCanary)),
		"Base64 without padding":        base64.RawStdEncoding.EncodeToString([]byte(maskCanary)),
		"Base64 for URLs":               base64.URLEncoding.EncodeToString([]byte(maskCanary)),
		"Base64 in a URL":               url.QueryEscape(base64Of([]byte(maskCanary))),
		"Base64 in a URL, unpadded":     base64.RawURLEncoding.EncodeToString([]byte(maskCanary)),
		"Basic":                         base64Of([]byte("id:" + maskCanary)),
		"Basic, another id":             base64Of([]byte("my-app:" + maskCanary)),
		"Basic, third id":               base64Of([]byte("client:" + maskCanary)),
		"Basic, encoded as in RFC 6749": base64Of([]byte("id:" + url.QueryEscape(maskCanary))),
		"Base64 of JSON":                base64Of([]byte(`{"password":"` + quoted(maskCanary) + `","username":"u"}`)),
		"Base64 of a form":              base64Of([]byte(url.Values{"password": {maskCanary}, "username": {"u"}}.Encode())),
		"Base64 of JSON, within JSON":   quoted(base64.URLEncoding.EncodeToString([]byte(quoted(maskCanary)))),
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"code": 1, "title": "before " + form + " after", "detail": form + form})
			if err != nil {
				t.Fatal(err)
			}
			grant := client.TokenRequest{TokenURL: inMemoryURL, Username: "u", Password: maskCanary, ClientID: "c", ClientSecret: "s"}
			_, err = newClientInMemory(t, jsonReply(400, string(body)), withGrant(grant)).GetUserInfo(t.Context())
			var e *client.Error
			if !errors.As(err, &e) || e.Title != "before (redacted) after" || strings.ReplaceAll(e.Detail, "(redacted)", "") != "" {
				t.Errorf("the form %s: got %v, want it redacted", form, err)
			}
		})
	}
}

// TestMask_overlapping has secrets that contain each other, or overlap at the end.
func TestMask_overlapping(t *testing.T) {
	t.Parallel()
	grant := client.TokenRequest{
		TokenURL:     inMemoryURL,
		Username:     "u",
		Password:     "abcdef",
		ClientID:     "c",
		ClientSecret: "defghi",
		RefreshToken: "cdef",
	}
	for text, want := range map[string]string{
		"abcdefghi": "(redacted)", "xabcdefx": "x(redacted)x", "defghi": "(redacted)", "cdefabcdef": "(redacted)(redacted)", "abcde": "abcde",
	} {
		_, err := newClientInMemory(t, jsonReply(400, `{"error":"x","error_description":"`+text+`"}`), withGrant(grant)).GetUserInfo(t.Context())
		if err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("the text %s: got %v, want %q", text, err, want)
		}
	}
}

// TestMask_short tests a secret that is too short to be redacted, as SECURITY.md says.
func TestMask_short(t *testing.T) {
	t.Parallel()
	for password, want := range map[client.Secret]string{"abc": "abc abcd", "abcd": "abc (redacted)"} {
		grant := client.TokenRequest{TokenURL: inMemoryURL, Username: "u", Password: password, ClientID: "c", ClientSecret: "s"}
		_, err := newClientInMemory(t, jsonReply(400, `{"error":"x","error_description":"abc abcd"}`), withGrant(grant)).GetUserInfo(t.Context())
		if err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestMask_title has a page whose title repeats a password that contains white space.
func TestMask_title(t *testing.T) {
	t.Parallel()
	const password = "c4nary  with\tspace"
	grant := client.TokenRequest{TokenURL: inMemoryURL, Username: "u", Password: password, ClientID: "c", ClientSecret: "s"}
	for _, status := range []int{200, 403} {
		_, err := newClientInMemory(t, reply(status, "text/html", "<title>No "+password+" here</title>"), withGrant(grant)).GetUserInfo(t.Context())
		if err == nil || status == 403 && !strings.Contains(err.Error(), `titled "No (redacted) here"`) {
			t.Errorf("got %v, want a title with the password redacted", err)
		}
		wantNoSecrets(t, "the error", fmt.Sprint(err), "c4nary")
	}
}

// TestMask_long has a server respond with megabytes that repeat the token. The error is cut, and contains
// no part of the token.
func TestMask_long(t *testing.T) {
	t.Parallel()
	const token = "c4nary-token"
	for name, text := range map[string]string{
		"raw":     strings.Repeat(token+" ", 2<<20/len(token)),
		"Base64":  strings.Repeat("YzRuYXJ5LXRva2Vu", 2<<20/16),
		"escapes": strings.Repeat(`%5C%25+&amp;`, 2<<20/12),
		"prefix":  strings.Repeat(token[:11], 2<<20/11),
		"cut":     strings.Repeat("x", 16<<10-6) + token + strings.Repeat("y", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]string{"name": text, "title": text, "detail": text})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = newClientInMemory(t, jsonReply(400, string(body)), withToken(token)).GetUserInfo(t.Context())
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("the error took %s, want at most 10s", took)
			}
			if err == nil || len(err.Error()) > 100<<10 {
				t.Fatalf("the error has %d bytes, want 1 to 100 KiB", len(fmt.Sprint(err)))
			}
			wantNoSecrets(t, "the error", err.Error(), token, "c4nary-t\u2026", "xc4", "YzRuYXJ5")
		})
	}
}

// TestMask_issued has a server repeat, in an error, the secrets that it issued earlier in the same run.
func TestMask_issued(t *testing.T) {
	t.Parallel()
	secrets := []string{
		"c4nary-created", "c4nary-rotated", "c4nary-read", "c4nary-key", "c4nary-access", "c4nary-refresh", "c4nary-id", "c4nary-other-password", "c4nary-other-secret",
		"c4nary-listed", "c4nary-used",
	}
	var says string
	c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		application := func(secret string) string {
			return fmt.Sprintf(`{"id":"0oa1","type":"Native","displayName":"x","clientId":"new-app","secret":%q}`, secret)
		}
		switch r.Method + " " + r.URL.Path {
		case "POST /token":
			jsonReply(200, `{"access_token":"c4nary-access","refresh_token":"c4nary-refresh","id_token":"c4nary-id"}`)(w, r)
		case "POST /identity/api/applications":
			jsonReply(201, application("c4nary-created"))(w, r)
		case "POST /identity/api/applications/0oa1/lifecycle/$newsecret":
			jsonReply(200, application("c4nary-rotated"))(w, r)
		case "GET /identity/api/applications/0oa1":
			jsonReply(200, application("c4nary-read"))(w, r)
		case "GET /identity/api/applications":
			jsonReply(200, "["+application("c4nary-listed")+"]")(w, r)
		case "POST /identity/api/keys":
			jsonReply(200, `{"id":"k1","displayName":"x","key":"c4nary-key"}`)(w, r)
		default:
			w.Header().Set("lusid-meta-requestid", says)
			jsonReply(400, fmt.Sprintf(`{"name":%q,"code":1,"instance":%q}`, says, "https://a/b/c/d/e/"+says))(w, r)
		}
	}), withGrant(client.TokenRequest{
		TokenURL:     inMemoryURL + "/token",
		Username:     "u",
		Password:     "p4ssword",
		ClientID:     "c",
		ClientSecret: "s3cret",
	}))
	for _, err := range []error{
		second(c.CreateApplication(t.Context(), newApplication)),
		second(c.RotateApplicationSecrets(t.Context(), "0oa1")),
		second(c.GetApplication(t.Context(), "0oa1", true)),
		second(c.ListApplications(t.Context())),
		second(c.CreateAPIKey(t.Context(), identity.CreateAPIKey{DisplayName: "x"})),
		second(c.RequestToken(t.Context(), client.TokenRequest{
			TokenURL: inMemoryURL + "/token", Username: "other", Password: "c4nary-other-password", ClientID: "other", ClientSecret: "c4nary-other-secret",
		})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	c.UseClientSecret("c", "c4nary-used")
	says = strings.Join(secrets, " ")
	_, err := c.GetUserInfo(t.Context())
	var e *client.Error
	if !errors.As(err, &e) || e.Code != 1 {
		t.Fatalf("got %v, want an error with the code 1", err)
	}
	wantNoSecrets(t, "the error", e.Error()+e.RequestID+e.Instance, secrets...)
}

// rawServer reads a request and sends bytes that may be invalid HTTP.
func rawServer(t *testing.T, answer func(heard string) string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // The test closes it.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = connection.Close() }()
				request, err := http.ReadRequest(bufio.NewReader(connection))
				if err != nil {
					return
				}
				heard, err := httputil.DumpRequest(request, true)
				if err != nil {
					return
				}
				id, secret, _ := request.BasicAuth()
				_, _ = io.WriteString(connection, answer(strings.Join(strings.Fields(string(heard)+" "+id+" "+secret), " ")))
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// rawResponses are responses that net/http rejects with an error that quotes a part of the response.
var rawResponses = map[string]func(heard string) string{
	"header without colon": func(heard string) string {
		return "HTTP/1.1 200 OK\r\n" + strings.ReplaceAll(heard, ":", "") + "\r\n\r\n"
	},
	"header's name":     func(heard string) string { return "HTTP/1.1 200 OK\r\n" + heard + ": x\r\n\r\n" },
	"status line":       func(heard string) string { return heard + "\r\n\r\n" },
	"status code":       func(heard string) string { return "HTTP/1.1 " + heard + "\r\n\r\n" },
	"length":            func(heard string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + heard + "\r\n\r\n" },
	"transfer encoding": func(heard string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + heard + "\r\n\r\n" },
	"location":          func(heard string) string { return "HTTP/1.1 307 Moved\r\nLocation: http://[" + heard + "\r\n\r\n" },
	"location's host": func(heard string) string {
		return "HTTP/1.1 307 Moved\r\nLocation: https://" + url.PathEscape(heard) + "/\r\nContent-Length: 0\r\n\r\n"
	},
	"content type": func(heard string) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Type: text/" + heard[strings.LastIndexByte(heard, ' ')+1:] + "\r\n\r\nx"
	},
	"request id": func(heard string) string {
		return "HTTP/1.1 403 No\r\nlusid-meta-requestid: " + heard + "\r\nContent-Length: 0\r\n\r\n"
	},
}

// TestMask_libraries has net/http quote a response that repeats the request. The error and the log contain
// no secret, and callers can still check the type of the error.
func TestMask_libraries(t *testing.T) {
	t.Parallel()
	for name, answer := range rawResponses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := rawServer(t, answer)
			var log logged
			changes := []func(*client.Config){func(c *client.Config) { c.Log = log.log }}
			grant := client.TokenRequest{
				TokenURL:     server + "/token",
				Username:     "u",
				Password:     `c4nary-pass"word&x`,
				ClientID:     "client",
				ClientSecret: "c4nary-secret",
			}
			refresh := grant
			refresh.RefreshToken = "c4nary-refresh"
			c := newClient(t, server, append(changes, withToken("c4nary-token"))...)
			for what, err := range map[string]error{
				"read":    second(c.GetUserInfo(t.Context())),
				"change":  second(c.CreateApplication(t.Context(), newApplication)),
				"grant":   second(newClient(t, server, append(changes, withGrant(grant))...).GetUserInfo(t.Context())),
				"refresh": second(newClient(t, server, append(changes, withGrant(refresh))...).AccessToken(t.Context(), 0)),
				"another": second(c.RequestToken(t.Context(), grant)),
			} {
				var (
					refused *client.Error
					failed  *url.Error
				)
				if err == nil || !errors.As(err, &refused) && !errors.As(err, &failed) && what != "grant" && what != "refresh" && what != "another" {
					t.Errorf("%s: got %#v, want a *client.Error or a *url.Error", what, err)
				}
				text := fmt.Sprintf("%v %+v %#v %q", err, err, err, err)
				if refused != nil {
					text += refused.RequestID
				}
				wantNoSecrets(t, what, text, "c4nary", "YzRuYXJ5", "Y2xpZW50OmM0bmFye", "M0bmFye", "jNG5hcn")
			}
			if len(log.entries) == 0 {
				t.Error("nothing was logged")
			}
			wantNoSecrets(t, "the log", fmt.Sprintf("%#v", log.entries), "c4nary", "YzRuYXJ5", "M0bmFye", "jNG5hcn")
		})
	}
}

// TestRedirect_errorNamesRequest follows a redirect to a page that is not a LUSID response. The error names
// the requested URL, because the server chose the other one.
func TestRedirect_errorNamesRequest(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/login" {
			reply(200, "text/html", "<title>Sign in</title>")(w, r)
			return
		}
		w.Header().Set("Location", "/login?"+string(body))
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	grant := client.TokenRequest{
		TokenURL:     server + "/token",
		Username:     "u",
		Password:     "c4nary-password",
		ClientID:     "c",
		ClientSecret: "c4nary-secret",
	}
	c := newClient(t, server, withGrant(grant))
	for want, err := range map[string]error{
		server + "/token":                          second(c.GetUserInfo(t.Context())),
		server + "/identity/api/applications/0oa1": second(newClient(t, server).GetApplication(t.Context(), "0oa1", false)),
	} {
		var e *client.Error
		if !errors.As(err, &e) || e.URL != want {
			t.Errorf("got %#v, want an error about %s", err, want)
		}
		wantNoSecrets(t, "the error", fmt.Sprintf("%+v", e), "c4nary")
	}
}
