package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// errorOf returns the error that GetApplication makes of a response.
func errorOf(t *testing.T, handler http.HandlerFunc, changes ...func(*client.Config)) *client.Error {
	t.Helper()
	_, err := newClient(t, serve(t, handler), changes...).GetApplication(t.Context(), "0oa1", false)
	var e *client.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *client.Error", err)
	}
	return e
}

func TestError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status            int
		contentType, body string
		want              client.Error
		words, line       string
	}{
		"LUSID's problem": {
			status: 404,
			body: `{"name":"ApplicationDoesNotExist","errorDetails":[{"id":"0oa1","a":"b"}],"code":662,"type":"https://docs","title":"Not there",
				"status":404,"detail":"No application 0oa1.","instance":"https://acme.lusid.com/app/insights/logs/0HN1:00000001","extra":{}}`,
			want: client.Error{
				Name: "ApplicationDoesNotExist", Code: 662, Title: "Not there", Detail: "No application 0oa1.",
				Instance: "https://acme.lusid.com/app/insights/logs/0HN1:00000001", RequestID: "0HN1:00000001",
				Details: []string{"a: b", "id: 0oa1"},
			},
			words: "Not there\nNo application 0oa1.\na: b\nid: 0oa1",
			line:  "identity.GetApplication: HTTP 404 ApplicationDoesNotExist (662): Not there; No application 0oa1.; a: b; id: 0oa1",
		},
		"validation": {
			status: 400,
			body:   `{"name":"InvalidRequest","code":157,"title":"Invalid","detail":"Invalid","errors":{"type":["Bad.","Worse."],"clientId":["Too short."]}}`,
			want: client.Error{
				Name: "InvalidRequest", Code: 157, Title: "Invalid", Detail: "Invalid",
				FieldErrors: map[string][]string{"clientId": {"Too short."}, "type": {"Bad.", "Worse."}},
			},
			words: "Invalid\nclientId: Too short.\ntype: Bad. Worse.",
			line:  "identity.GetApplication: HTTP 400 InvalidRequest (157): Invalid; clientId: Too short.; type: Bad. Worse.",
		},
		"unexpected types, other fields are kept": {
			status: 400,
			body: `{"name":7,"code":"157","title":["x"],"detail":"Wrong.","instance":{},"errorDetails":[{"a":"b"},{"c":3},7],
				"errors":{"clientId":["Too short.",7],"type":"Bad.","x":null}}`,
			want: client.Error{
				Detail: "Wrong.", Details: []string{"a: b", "c: "},
				FieldErrors: map[string][]string{"clientId": {"Too short.", ""}, "type": nil, "x": nil},
			},
			words: "Wrong.\nclientId: Too short. \ntype: \nx: \na: b\nc: ",
			line:  "identity.GetApplication: HTTP 400: Wrong.; clientId: Too short. ; type: ; x: ; a: b; c: ",
		},
		"null fields": {
			status: 500,
			body:   `{"name":null,"code":-1,"title":"Broken","status":null,"detail":null,"instance":null,"errorDetails":null,"errors":null}`,
			want:   client.Error{Code: -1, Title: "Broken"},
			words:  "Broken",
			line:   "identity.GetApplication: HTTP 500 (-1): Broken",
		},
		"all null": {
			status: 500, body: `{"name":null,"code":null,"title":null,"detail":null}`,
			want:  client.Error{Unusable: "The response is JSON, but not an error in LUSID's format."},
			words: "The response is JSON, but not an error in LUSID's format.",
			line:  "identity.GetApplication: HTTP 500: The response is JSON, but not an error in LUSID's format.",
		},
		"empty": {
			status: 500, line: "identity.GetApplication: HTTP 500",
		},
		"blank": {
			status: 500, body: " \r\n", line: "identity.GetApplication: HTTP 500",
		},
		"HTML": {
			status: 502, contentType: "text/html; charset=utf-8",
			body:  "<html><head><TITLE lang=en>\n Bad &amp; Gateway </TITLE></head><body>secret things</body></html>",
			want:  client.Error{Unusable: `The response is an HTML page titled "Bad & Gateway". It comes from something between here and LUSID, such as a proxy.`, NotJSON: true},
			words: `The response is an HTML page titled "Bad & Gateway". It comes from something between here and LUSID, such as a proxy.`,
			line:  `identity.GetApplication: HTTP 502: The response is an HTML page titled "Bad & Gateway". It comes from something between here and LUSID, such as a proxy.`,
		},
		"HTML without a title": {
			status: 403, contentType: "text/html", body: "<h1>secret things</h1>",
			want:  client.Error{Unusable: "The response is an HTML page. It comes from something between here and LUSID, such as a proxy.", NotJSON: true},
			words: "The response is an HTML page. It comes from something between here and LUSID, such as a proxy.",
			line:  "identity.GetApplication: HTTP 403: The response is an HTML page. It comes from something between here and LUSID, such as a proxy.",
		},
		"text": {
			status: 500, contentType: "text/plain", body: "secret things",
			want:  client.Error{Unusable: "The response is not readable JSON (text/plain, 13 bytes). It comes from something between here and LUSID, such as a proxy.", NotJSON: true},
			words: "The response is not readable JSON (text/plain, 13 bytes). It comes from something between here and LUSID, such as a proxy.",
			line:  "identity.GetApplication: HTTP 500: The response is not readable JSON (text/plain, 13 bytes). It comes from something between here and LUSID, such as a proxy.",
		},
		"JSON in another format": {
			status: 400, body: `{"message":"no Route matched with those values"}`,
			want:  client.Error{Unusable: "The response is JSON, but not an error in LUSID's format."},
			words: "The response is JSON, but not an error in LUSID's format.",
			line:  "identity.GetApplication: HTTP 400: The response is JSON, but not an error in LUSID's format.",
		},
		"JSON array": {
			status: 400, body: `["secret things"]`,
			want:  client.Error{Unusable: "The response is not readable JSON (application/json, 17 bytes). It comes from something between here and LUSID, such as a proxy."},
			words: "The response is not readable JSON (application/json, 17 bytes). It comes from something between here and LUSID, such as a proxy.",
			line:  "identity.GetApplication: HTTP 400: The response is not readable JSON (application/json, 17 bytes). It comes from something between here and LUSID, such as a proxy.",
		},
		"JSON null": {
			status: 400, body: `null`,
			want:  client.Error{Unusable: "The response is JSON, but not an error in LUSID's format."},
			words: "The response is JSON, but not an error in LUSID's format.",
			line:  "identity.GetApplication: HTTP 400: The response is JSON, but not an error in LUSID's format.",
		},
		"instance without a scheme": {
			status: 400, body: `{"name":"X","code":1,"instance":"/a/b"}`,
			want: client.Error{Name: "X", Code: 1, Instance: "/a/b"},
			line: "identity.GetApplication: HTTP 400 X (1)",
		},
		"OAuth error": {
			status: 400, body: `{"error":"invalid_grant","error_description":"Wrong."}`,
			want:  client.Error{Name: "invalid_grant", Detail: "Wrong."},
			words: "Wrong.",
			line:  "identity.GetApplication: HTTP 400 invalid_grant: Wrong.",
		},
		"Okta error": {
			status: 429, body: `{"errorCode":"E0000047","errorSummary":"Slow down."}`,
			want:  client.Error{Name: "E0000047", Detail: "Slow down."},
			words: "Slow down.",
			line:  "identity.GetApplication: HTTP 429 E0000047: Slow down.",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.contentType == "" {
				test.contentType = "application/json"
			}
			got := errorOf(t, reply(test.status, test.contentType, test.body), func(c *client.Config) { c.CorrelationID = "me-1" })
			if want := "/identity/api/applications/0oa1"; !strings.HasSuffix(got.URL, want) {
				t.Errorf("URL %s, want one that ends with %s", got.URL, want)
			}
			test.want.Operation, test.want.Method, test.want.StatusCode, test.want.CorrelationID = "identity.GetApplication", "GET", test.status, "me-1"
			if diff := cmp.Diff(&test.want, got, cmpopts.IgnoreFields(client.Error{}, "URL"), cmpopts.IgnoreUnexported(client.Error{})); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.words, got.Words()); diff != "" {
				t.Errorf("Words (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.line, got.Error()); diff != "" {
				t.Errorf("Error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestError_requestID(t *testing.T) {
	t.Parallel()
	const body = `{"name":"X","code":1,"instance":"https://acme.lusid.com/app/insights/logs/from-instance"}`
	for header, want := range map[string]string{
		"lusid-meta-requestid": "from-header", "identity-meta-requestid": "from-header", "x-other": "from-instance",
	} {
		got := errorOf(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(header, "from-header")
			jsonReply(400, body)(w, r)
		})
		if got.RequestID != want {
			t.Errorf("instance %s: got the request id %q, want %q", header, got.RequestID, want)
		}
	}
}

func TestError_longTitle(t *testing.T) {
	t.Parallel()
	got := errorOf(t, reply(500, "text/html", "<title>"+strings.Repeat("ü", 5000)+"</title>"))
	if want := strings.Repeat("ü", 100) + "…"; !strings.Contains(got.Unusable, `"`+want+`"`) {
		t.Errorf("got %s, want the title %s", got.Unusable, want)
	}
}

// In this test every request gets the same response, the list included. TestGone has other lists.
func TestIsNotFound(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		want    bool
	}{
		"LUSID's 404":       {jsonReply(404, `{"name":"ApplicationDoesNotExist","code":662,"title":"x","status":404}`), true},
		"LUSID's other 404": {jsonReply(404, `{"name":"X","code":-1,"title":"x"}`), false},
		"662 with 400":      {jsonReply(400, `{"name":"X","code":662}`), true},
		"662 with 500":      {jsonReply(500, `{"name":"X","code":662}`), true},
		"657, user":         {jsonReply(400, `{"name":"X","code":657}`), false},
		"660, role":         {jsonReply(404, `{"name":"X","code":660}`), false},
		"239, key":          {jsonReply(400, `{"name":"X","code":239}`), false},
		"661, role in Okta": {jsonReply(400, `{"name":"X","code":661}`), false},
		"empty 404":         {reply(404, "", ""), false},
		"ASP.NET's 404": {
			jsonReply(404, `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-1"}`),
			false,
		},
		"HTML 404":              {reply(404, "text/html", "<title>Not found</title>"), false},
		"text 404":              {reply(404, "text/plain", "404 page not found"), false},
		"Kong's 404":            {jsonReply(404, `{"message":"no Route matched with those values"}`), false},
		"Spring's 404":          {jsonReply(404, `{"timestamp":1,"status":404,"error":"Not Found","path":"/identity/api"}`), false},
		"FastAPI's 404":         {jsonReply(404, `{"detail":"Not Found"}`), false},
		"Okta's 404":            {jsonReply(404, `{"errorCode":"E0000007","errorSummary":"Not found"}`), false},
		"JSON array 404":        {jsonReply(404, `[]`), false},
		"JSON null 404":         {jsonReply(404, `null`), false},
		"JSON string 404":       {jsonReply(404, `"not found"`), false},
		"410":                   {reply(410, "", ""), false},
		"400":                   {jsonReply(400, `{"name":"X","code":157}`), false},
		"403":                   {jsonReply(403, `{"name":"X","code":186}`), false},
		"200, another format":   {jsonReply(200, `{}`), false},
		"200, code in the body": {jsonReply(200, `{"code":662}`), false},
		"500":                   {reply(500, "", ""), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := errorOf(t, test.handler)
			if got := client.IsNotFound(fmt.Errorf("wrapped: %w", err)); got != test.want {
				t.Errorf("IsNotFound is %v for the error %v", got, err)
			}
		})
	}
	if client.IsNotFound(nil) || client.IsNotFound(errors.New("404 not found")) {
		t.Error("IsNotFound is true for an error that is not a *client.Error")
	}
}

// A response of the token endpoint doesn't show whether the object exists. With a wrong token URL,
// Terraform must not remove resources from the state.
func TestIsNotFound_tokenEndpoint(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"empty 404": reply(404, "", ""),
		"LUSID 404": jsonReply(404, `{"name":"ApplicationDoesNotExist","code":-1,"title":"x"}`),
		"Okta 404":  jsonReply(404, `{"errorCode":"E0000007","errorSummary":"Not found"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, serve(t, handler), withGrant(client.TokenRequest{TokenURL: serve(t, handler), Username: "u", Password: "pass"}))
			_, err := c.GetApplication(t.Context(), "0oa1", false)
			var e *client.Error
			if !errors.As(err, &e) || e.StatusCode != 404 || e.Operation != client.OperationToken {
				t.Fatalf("got %v, want the token endpoint's 404", err)
			}
			if client.IsNotFound(err) {
				t.Errorf("the error counts as not found, although it is the token endpoint's: %v", err)
			}
		})
	}
}

func TestIsForbidden(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	_, err := domain.client(t, withToken(domain.Credentials().NoRightsToken)).ListApplications(t.Context())
	if !client.IsForbidden(err) || client.IsNotFound(err) || client.IsBlockedByNetworkZone(err) {
		t.Errorf("got %v, want IsForbidden only", err)
	}
	if err := errorOf(t, reply(403, "text/html", "<title>Blocked</title>")); client.IsForbidden(err) {
		t.Errorf("a 403 page of a proxy counts as forbidden: %v", err)
	}
	if err := errorOf(t, reply(403, "", "")); !client.IsForbidden(err) {
		t.Errorf("got %v for an empty 403, want IsForbidden", err)
	}
	if err := errorOf(t, reply(401, "", "")); client.IsForbidden(err) {
		t.Errorf("a 401 counts as forbidden: %v", err)
	}
	forbidden := serve(t, reply(403, "", ""))
	c := newClient(t, forbidden, withGrant(client.TokenRequest{TokenURL: forbidden, Username: "u", Password: "pass"}))
	if _, err := c.GetUserInfo(t.Context()); err == nil || client.IsForbidden(err) {
		t.Errorf("a 403 of the token endpoint counts as forbidden: %v", err)
	}
}

func TestIsBlockedByNetworkZone(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 403, Code: 939})
	if _, err := domain.client(t).GetUserInfo(t.Context()); !client.IsBlockedByNetworkZone(err) {
		t.Errorf("got %v, want IsBlockedByNetworkZone", err)
	}
}

func TestIsOutcomeUnknown(t *testing.T) {
	t.Parallel()
	const application = `{"id":"0oa1","clientId":"new-app","displayName":"New app","type":"Native","secret":"s"}`
	tests := map[string]struct {
		handler http.HandlerFunc
		want    bool
	}{
		"200":                 {jsonReply(200, application), false},
		"200, empty":          {reply(200, "", ""), true},
		"200, HTML":           {reply(200, "text/html", "<title>x</title>"), true},
		"200, no id":          {jsonReply(200, `{"clientId":"new-app"}`), true},
		"200, wrong type":     {jsonReply(200, `{"id":7}`), true},
		"204":                 {reply(204, "", ""), true},
		"302":                 {reply(302, "", ""), false},
		"400":                 {jsonReply(400, `{"name":"X","code":144}`), false},
		"401":                 {reply(401, "", ""), false},
		"403":                 {reply(403, "text/html", "<title>x</title>"), false},
		"404":                 {reply(404, "", ""), false},
		"429":                 {reply(429, "", ""), false},
		"500":                 {jsonReply(500, `{"name":"X","code":-1}`), true},
		"502":                 {reply(502, "text/html", "<title>x</title>"), true},
		"503":                 {reply(503, "", ""), true},
		"no response":         {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		"response ends early": {truncated(application), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, serve(t, test.handler))
			_, err := c.CreateApplication(t.Context(), newApplication)
			if got := client.IsOutcomeUnknown(err); got != test.want {
				t.Errorf("create: IsOutcomeUnknown is %v for the error %v", got, err)
			}
			_, err = c.RotateApplicationSecrets(t.Context(), "0oa1")
			if got := client.IsOutcomeUnknown(err); got != test.want {
				t.Errorf("rotate: IsOutcomeUnknown is %v for the error %v", got, err)
			}
			_, err = c.GetApplication(t.Context(), "0oa1", true)
			if client.IsOutcomeUnknown(err) {
				t.Errorf("the outcome of a read counts as unknown, although a read changes nothing: %v", err)
			}
		})
	}
	_, err := newClient(t, inMemoryURL).RotateApplicationSecrets(t.Context(), "..")
	if err == nil || client.IsOutcomeUnknown(err) {
		t.Errorf("got %v, want an error of a request that was never sent", err)
	}
}

// truncated announces a longer body than it sends.
func truncated(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		_, _ = w.Write([]byte(body[:len(body)/2]))
	}
}

func TestIsOutcomeUnknown_failedSignIn(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"500":      reply(500, "", ""),
		"HTML":     reply(200, "text/html", "<title>x</title>"),
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, inMemoryURL, withGrant(client.TokenRequest{TokenURL: serve(t, handler), Username: "u", Password: "pass"}))
			if _, err := c.CreateApplication(t.Context(), newApplication); err == nil || client.IsOutcomeUnknown(err) {
				t.Errorf("got %v, want an error with a known outcome, because nothing was sent without a token", err)
			}
		})
	}
}

// A server can repeat the credentials that it received, in any encoding.
func TestError_redactsSecrets(t *testing.T) {
	t.Parallel()
	const (
		password = `p"<&+ü\'/ canary word`
		token    = "canary.bearer-token"
	)
	dotNet := func(s string) string { // Like System.Text.Json.
		var b strings.Builder
		for _, r := range s {
			if strings.ContainsRune(`"<>&+'\`, r) || r > 126 {
				fmt.Fprintf(&b, `\u%04X`, r)
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}
	quoted, err := json.Marshal(password)
	if err != nil {
		t.Fatal(err)
	}
	inner := string(quoted[1 : len(quoted)-1])
	requoted, err := json.Marshal(inner)
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]string{
		"JSON by Go":         inner,
		"JSON by .NET":       dotNet(password),
		"JSON in JSON":       string(requoted[1 : len(requoted)-1]),
		"form":               url.QueryEscape(password),
		"path":               url.PathEscape(password),
		"bearer token":       token,
		"password and token": inner + " " + token,
		"lower .NET":         strings.ToLower(dotNet(password)),
		"as in a query":      "?password=" + url.QueryEscape(password) + "&x=y",
	}
	grant := client.TokenRequest{TokenURL: inMemoryURL, Username: "u", Password: password, ClientID: "c", ClientSecret: "canary-secret"}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.ReplaceAll(`{"name":"n @","code":1,"title":"t @","detail":"d @","instance":"https://a/b/c/d/e/@",
				"errors":{"f @":["m @"]},"errorDetails":[{"k @":"v @"}]}`, "@", form)
			c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					jsonReply(200, `{"access_token":"`+token+`"}`)(w, r)
					return
				}
				w.Header().Set("lusid-meta-requestid", token)
				jsonReply(400, body)(w, r)
			}), withGrant(grant))
			_, err := c.GetApplication(t.Context(), "0oa1", false)
			var e *client.Error
			if !errors.As(err, &e) || e.Code != 1 {
				t.Fatalf("got %v, want an error with the code 1", err)
			}
			wantNoSecrets(t, "the error", fmt.Sprintf("%#v %s", e, e.Error()), "canary")
			if strings.Count(e.Error(), "(redacted)") < 5 {
				t.Errorf("the text around the secret is gone: %v", e)
			}
		})
	}
	t.Run("HTML title", func(t *testing.T) {
		t.Parallel()
		for _, status := range []int{200, 404} {
			page := "<title>" + strings.Repeat("x", 90) + html.EscapeString(token) + "</title>"
			_, err := newClientInMemory(t, reply(status, "text/html", page), withToken(token)).GetUserInfo(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			wantNoSecrets(t, "the error", err.Error(), "canary", "can")
		}
	})
	t.Run("token endpoint", func(t *testing.T) {
		t.Parallel()
		body := `{"error":"invalid_grant","error_description":"` + inner + ` canary-secret"}`
		_, err := newClientInMemory(t, jsonReply(400, body), withGrant(grant)).GetUserInfo(t.Context())
		if err == nil || !strings.Contains(err.Error(), "invalid_grant: (redacted) (redacted)") {
			t.Errorf("got %v, want an error with both secrets redacted", err)
		}
		_, err = newClientInMemory(t, jsonReply(400, body)).RequestToken(t.Context(), grant)
		if err == nil || !strings.Contains(err.Error(), "invalid_grant: (redacted) (redacted)") {
			t.Errorf("credentials of another request: got %v, want an error with both secrets redacted", err)
		}
	})
	t.Run("renewed token", func(t *testing.T) {
		t.Parallel()
		var tokens int
		c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
				tokens++
				jsonReply(200, fmt.Sprintf(`{"access_token":"canary-%d"}`, tokens))(w, r)
			case tokens == 1:
				reply(401, "", "")(w, r)
			default:
				jsonReply(403, `{"name":"x","code":186,"detail":"canary-2 may not do this"}`)(w, r)
			}
		}), withGrant(grant))
		_, err := c.GetUserInfo(t.Context())
		if err == nil || tokens != 2 {
			t.Fatalf("got %v after %d tokens, want an error after 2 tokens", err, tokens)
		}
		wantNoSecrets(t, "the error", err.Error(), "canary")
	})
	t.Run("one secret is the start of another", func(t *testing.T) {
		t.Parallel()
		grant := grant
		grant.Password, grant.ClientSecret = "abcd", "abcd-canary"
		_, err := newClientInMemory(t, jsonReply(400, `{"error":"x","error_description":"abcd-canary abcd"}`), withGrant(grant)).GetUserInfo(t.Context())
		wantNoSecrets(t, "the error", err.Error(), "canary", "abcd")
	})
	t.Run("short", func(t *testing.T) {
		t.Parallel()
		grant := grant
		grant.Password = "e"
		_, err := newClientInMemory(t, jsonReply(400, `{"error":"x","error_description":"several e"}`), withGrant(grant)).GetUserInfo(t.Context())
		if err == nil || !strings.Contains(err.Error(), "several e") {
			t.Errorf("got %v, want a readable text", err)
		}
	})
}

// A response must not control the terminal that prints the error.
func TestError_isPrintable(t *testing.T) {
	t.Parallel()
	body := `{"name":"a\u001b[2Jb","code":1,"title":"a\r\nb","detail":"a\u202eb\u0000","errors":{"f\u0007":["a\u009bb"]},"errorDetails":[{"k\b":"v"}]}`
	e := errorOf(t, jsonReply(400, body))
	if want := "a  b\na b \nf : a b\nk : v"; e.Words() != want || e.Name != "a [2Jb" {
		t.Errorf("got the name %q and the words %q, want no control characters", e.Name, e.Words())
	}
	e = errorOf(t, reply(502, "text/html", "<title>a\x1b[2Jb&#27;c\xff</title>"))
	if !strings.Contains(e.Unusable, `"a [2Jb c�"`) {
		t.Errorf("got %q, want no control characters", e.Unusable)
	}
}

// FuzzError uses arbitrary bytes as a response that contains the credentials.
func FuzzError(f *testing.F) {
	const token, password = "c4nary.bearer/token", `c4nary"p&ss\ü`
	for i, body := range []string{
		"", "null", "[]", "7", `"x"`, "{", "\ufeff{}", `{"name":"n @","code":662,"title":"t @","detail":"d @","instance":"https://a/b/c/d/e/@"}`,
		`{"errors":{"f @":["m @",7],"g":null},"errorDetails":[{"k @":"v @"},{"c":3},7]}`, `{"name":7,"code":"157","title":["x"],"detail":{},"instance":null}`,
		`{"error":"invalid_grant","error_description":"@"}`, `{"errorCode":"E0000007","errorSummary":"@"}`, `{"code":1e999,"errors":{"":[""]}}`,
		"<html><title>Proxy &lt;@&gt;</title>", "<title", "\x1b[2J\xff\xfe", `{"detail":"\u001b]0;@\u0007\ud800"}`, `[{"id":"@"},null]`,
	} {
		for _, status := range []int{200, 204, 404, 502} {
			contentTypes := []string{"application/json", "text/html; charset=utf-8", "", "%%;"}
			f.Add(status, contentTypes[(i+status)%len(contentTypes)], "0HN1:00000001 @", []byte(body), uint8(i), status == 404)
		}
	}
	quoted, err := json.Marshal(password)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, contentType, requestID string, body []byte, echo uint8, noToken bool) {
		if status < 200 || status > 599 {
			return // net/http does not return other statuses as a final response.
		}
		echoes := []string{strings.Trim(string(quoted), `"`), url.QueryEscape(password), "c4nary-secret"}
		if !noToken {
			echoes = append(echoes, token, html.EscapeString(token))
		}
		repeat := func(text string) string { return strings.ReplaceAll(text, "@", echoes[int(echo)%len(echoes)]) }
		c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token" && !noToken {
				jsonReply(200, `{"access_token":"`+token+`"}`)(w, r)
				return
			}
			w.Header()["Lusid-Meta-Requestid"] = []string{repeat(requestID)}
			reply(status, contentType, repeat(string(body)))(w, r)
		}), withGrant(client.TokenRequest{
			TokenURL:     inMemoryURL + "/token",
			Username:     "u",
			Password:     password,
			ClientID:     "c",
			ClientSecret: "c4nary-secret",
		}))
		_, errRead := c.GetApplication(t.Context(), "0oa1", true)
		_, errList := c.ListRoles(t.Context())
		errDelete := c.DeleteRole(t.Context(), "r1")
		for _, err := range []error{errRead, errList, errDelete} {
			if err == nil {
				continue
			}
			var e *client.Error
			if !errors.As(err, &e) || e.StatusCode == 0 || e.Operation == "" {
				t.Fatalf("got %#v, want a *client.Error with a status and an operation", err)
			}
			text := e.Error() + e.Words() + e.RequestID + e.Instance + fmt.Sprintf("%+v", e)
			wantNoSecrets(t, "the error", text, "c4nary")
			for _, r := range text {
				if !unicode.IsPrint(r) && r != '\n' {
					t.Fatalf("the error contains the control character %q: %q", r, text)
				}
			}
			if e.Code == 0 && e.StatusCode != http.StatusNotFound && client.IsNotFound(err) {
				t.Errorf("the error counts as not found: %v", err)
			}
			if client.IsOutcomeUnknown(err) {
				t.Errorf("the outcome of a read counts as unknown: %v", err)
			}
			_, _ = client.IsForbidden(err), client.IsBlockedByNetworkZone(err)
		}
		if errRead == nil && (status > 299 || !json.Valid(body)) {
			t.Errorf("HTTP %d with the body %q was decoded as an application", status, body)
		}
	})
}
