package client_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

const wholeApplication = `{"id":"0oa1","clientId":"some-app","displayName":"Some app","type":"Native"`

func TestDecode(t *testing.T) {
	t.Parallel()
	whole := identity.OAuthApplication{ID: "0oa1", ClientID: "some-app", DisplayName: "Some app", Type: "Native"}
	tests := map[string]struct {
		body     string
		want     identity.OAuthApplication
		unusable string
	}{
		"whole":          {body: wholeApplication + `}`, want: whole},
		"nulls":          {body: wholeApplication + `,"issuer":null,"secret":null}`, want: whole},
		"unknown fields": {body: wholeApplication + `,"links":[{"rel":"x"}],"secrets":7,"a":null}`, want: whole},
		"byte order mark": {
			body:     "\ufeff" + wholeApplication + `}`,
			unusable: "The response is not readable JSON (application/json, 79 bytes).",
		},
		"id missing":        {body: `{"clientId":"x","displayName":"x","type":"x"}`, unusable: `The response has no "id".`},
		"id null":           {body: `{"id":null,"clientId":"x","displayName":"x","type":"x"}`, unusable: `The response has no "id".`},
		"id empty":          {body: `{"id":"","clientId":"x","displayName":"x","type":"x"}`, unusable: `The response has no "id".`},
		"client id missing": {body: `{"id":"x","displayName":"x","type":"x"}`, unusable: `The response has no "clientId".`},
		"name missing":      {body: `{"id":"x","clientId":"x","type":"x"}`, unusable: `The response has no "displayName".`},
		"type missing":      {body: `{"id":"x","clientId":"x","displayName":"x"}`, unusable: `The response has no "type".`},
		"null":              {body: `null`, unusable: "The response is a JSON null, which is not the format that LUSID documents."},
		"empty object":      {body: `{}`, unusable: `The response has no "id".`},
		"empty":             {body: "", unusable: "The response is empty."},
		"blank":             {body: "\r\n", unusable: "The response is empty."},
		"numeric secret": {
			body:     wholeApplication + `,"secret":31337}`,
			unusable: `The response has a JSON number in "secret", where a string is expected.`,
		},
		"boolean secret": {
			body:     wholeApplication + `,"secret":true}`,
			unusable: `The response has a JSON bool in "secret", where a string is expected.`,
		},
		"secret in an object": {
			body:     wholeApplication + `,"secret":{"value":"canary"}}`,
			unusable: `The response has a JSON object in "secret", where a string is expected.`,
		},
		"secret in an array": {
			body:     wholeApplication + `,"secret":["canary"]}`,
			unusable: `The response has a JSON array in "secret", where a string is expected.`,
		},
		"numeric id": {body: `{"id":31337}`, unusable: `The response has a JSON number in "id", where a string is expected.`},
		"array":      {body: `["canary"]`, unusable: "The response is a JSON array, which is not the format that LUSID documents."},
		"string":     {body: `"canary"`, unusable: "The response is a JSON string, which is not the format that LUSID documents."},
		"number":     {body: `31337`, unusable: "The response is a JSON number, which is not the format that LUSID documents."},
		"cut off": {
			body:     wholeApplication + `,"secret":"canary`,
			unusable: "The response is not readable JSON (application/json, 92 bytes).",
		},
		"two values": {
			body:     wholeApplication + `}{"secret":"canary"}`,
			unusable: "The response is not readable JSON (application/json, 95 bytes).",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newClient(t, serve(t, jsonReply(200, test.body))).GetApplication(t.Context(), "0oa1", true)
			if test.unusable == "" {
				if diff := cmp.Diff(&test.want, got); diff != "" || err != nil {
					t.Errorf("got the error %v, application (-want +got):\n%s", err, diff)
				}
				return
			}
			var e *client.Error
			if !errors.As(err, &e) || got != nil {
				t.Fatalf("got %v and the error %v, want only a *client.Error", got, err)
			}
			if diff := cmp.Diff(test.unusable, e.Unusable); diff != "" {
				t.Errorf("unusable (-want +got):\n%s", diff)
			}
			wantNoSecrets(t, "the error", err.Error(), "canary", "31337")
		})
	}
}

func TestDecode_list(t *testing.T) {
	t.Parallel()
	one := []identity.OAuthApplication{{ID: "0oa1", ClientID: "some-app", DisplayName: "Some app", Type: "Native"}}
	tests := map[string]struct {
		body     string
		want     []identity.OAuthApplication
		unusable string
	}{
		"empty list":      {body: `[]`, want: []identity.OAuthApplication{}},
		"secrets":         {body: `[` + wholeApplication + `,"secret":"canary"}]`, want: one},
		"null":            {body: `null`, unusable: "The response is a JSON null, which is not the format that LUSID documents."},
		"object":          {body: `{"values":[]}`, unusable: "The response is a JSON object, which is not the format that LUSID documents."},
		"numeric secret":  {body: `[{"id":"x","secret":31337}]`, unusable: `The response has a JSON number in "secret", where a string is expected.`},
		"list of strings": {body: `["canary"]`, unusable: "The response is a JSON string, which is not the format that LUSID documents."},
		"empty":           {body: ``, unusable: "The response is empty."},
		// The error comes with the elements that are usable.
		"nulls": {body: `[null,` + wholeApplication + `},null]`, want: one, unusable: `Element 1 of 3 in the response has no "id".`},
		"incomplete items": {
			body:     `[` + wholeApplication + `,"issuer":null},{"id":"x","secret":"canary"},{}]`,
			want:     one,
			unusable: `Element 2 of 3 in the response has no "clientId".`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newClient(t, serve(t, jsonReply(200, test.body))).ListApplications(t.Context())
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("list (-want +got):\n%s", diff)
			}
			if incomplete := test.unusable != "" && test.want != nil; client.IsIncomplete(err) != incomplete {
				t.Errorf("IsIncomplete is %t for the error %v", !incomplete, err)
			}
			var e *client.Error
			switch {
			case test.unusable == "":
				if err != nil {
					t.Error(err)
				}
			case !errors.As(err, &e) || e.Unusable != test.unusable:
				t.Errorf("got %v, want %q", err, test.unusable)
			default:
				wantNoSecrets(t, "the error", err.Error(), "canary", "31337")
			}
		})
	}
}

// A proxy's page doesn't prove that LUSID deleted the object.
func TestDecode_noContent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		fails   bool
	}{
		"204":         {reply(204, "", ""), false},
		"200, empty":  {reply(200, "", ""), false},
		"200, object": {jsonReply(200, `{"href":"x"}`), false},
		"200, array":  {jsonReply(200, `[]`), false},
		"200, string": {jsonReply(200, `"deleted"`), false},
		"200, null":   {jsonReply(200, `null`), false},
		"200, HTML":   {reply(200, "text/html", "<title>Sign in to the proxy</title>"), true},
		"200, text":   {reply(200, "text/plain", "Welcome"), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := newClient(t, serve(t, test.handler)).DeleteApplication(t.Context(), "0oa1")
			if (err != nil) != test.fails {
				t.Errorf("got the error %v, want an error: %t", err, test.fails)
			}
		})
	}
}

func TestBodyCap(t *testing.T) {
	t.Parallel()
	chunk := []byte(strings.Repeat("x", 1<<20))
	// A gzip stream may consist of several members.
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = zip.Write(chunk)
	_ = zip.Close()
	for name, test := range map[string]struct {
		chunks int
		more   string
		gzip   bool
		want   string
	}{
		"at the cap":         {chunks: client.MaxBody >> 20, want: "The response is not readable JSON (application/json, 33554432 bytes)."},
		"past the cap":       {chunks: client.MaxBody >> 20, more: "x", want: "The response is larger than 32 MiB."},
		"far past the cap":   {chunks: client.MaxBody>>20 + 8, want: "The response is larger than 32 MiB."},
		"gzip":               {chunks: 3, gzip: true, want: "The response is not readable JSON (application/json, 3145728 bytes)."},
		"gzip, past the cap": {chunks: client.MaxBody>>20 + 1, gzip: true, want: "The response is larger than 32 MiB."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				w.Header().Set("Content-Type", "application/json")
				chunk := chunk
				if test.gzip {
					if r.Header.Get("Accept-Encoding") != "gzip" {
						t.Error("the request does not accept gzip")
					}
					w.Header().Set("Content-Encoding", "gzip")
					chunk = zipped.Bytes()
				}
				for range test.chunks {
					_, _ = w.Write(chunk)
				}
				_, _ = io.WriteString(w, test.more)
			})
			_, err := newClient(t, url, withRetries(2)).ListApplications(t.Context())
			if err == nil || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if got := requests.Load(); got != 1 {
				t.Errorf("got %d requests, want 1", got)
			}
		})
	}
}

func TestGzip(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = io.WriteString(zip, wholeApplication+`}`)
		_ = zip.Close()
	})
	if _, err := newClient(t, url).GetApplication(t.Context(), "0oa1", false); err != nil {
		t.Error(err)
	}
}

func TestBodyCap_error(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		for range 33 {
			_, _ = io.WriteString(w, strings.Repeat(" ", 1<<20))
		}
	})
	if _, err := newClient(t, url).GetUserInfo(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "identity.GetUserInfo: HTTP 400") {
		t.Errorf("got %v, want an error that starts with identity.GetUserInfo: HTTP 400", err)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	var got string
	c := newClientInMemory(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.RequestURI()
		_, _ = io.WriteString(w, `{}`)
	}), func(c *client.Config) { c.APIURL = inMemoryURL + "/gate way/identity/" })
	for id, want := range map[string]string{
		"0oa1":              "0oa1",
		"a/b":               "a%2Fb",
		"../roles":          "..%2Froles",
		"a/../b":            "a%2F..%2Fb",
		"a?b=c#d":           "a%3Fb=c%23d",
		"%2e%2e":            "%252e%252e",
		"...":               "...",
		" ":                 "%20",
		"ü\x00":             "%C3%BC%00",
		"a;b":               "a%3Bb",
		"lifecycle/$secret": "lifecycle%2F$secret",
	} {
		_, _ = c.GetApplication(t.Context(), id, true)
		if want := "/gate%20way/identity/api/applications/" + want + "?includeSecret=true"; got != want {
			t.Errorf("%q: got %s, want %s", id, got, want)
		}
	}
	got = ""
	for _, id := range []string{"", ".", ".."} {
		if _, err := c.GetApplication(t.Context(), id, false); err == nil || got != "" {
			t.Errorf("id %q: GetApplication returned %v and sent a request to %q, want an error before the request", id, err, got)
		}
		if err := c.DeleteApplication(t.Context(), id); err == nil || got != "" {
			t.Errorf("id %q: DeleteApplication returned %v and sent a request to %q, want an error before the request", id, err, got)
		}
		if _, err := c.RotateApplicationSecrets(t.Context(), id); err == nil || got != "" {
			t.Errorf("id %q: RotateApplicationSecrets returned %v and sent a request to %q, want an error before the request", id, err, got)
		}
	}
}
