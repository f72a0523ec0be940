package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestShouldRetry(t *testing.T) {
	t.Parallel()
	// net/http returns errors in this form.
	sent := func(err error) error { return &url.Error{Op: "Get", URL: inMemoryURL, Err: err} }
	dial := func(err error) error { return sent(&net.OpError{Op: "dial", Net: "tcp", Err: err}) }
	var (
		refused = dial(syscall.ECONNREFUSED)
		noHost  = dial(&net.DNSError{Err: "no such host", IsNotFound: true})
		proxy   = sent(&net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED})
		reset   = sent(&net.OpError{Op: "read", Err: syscall.ECONNRESET})
		written = sent(&net.OpError{Op: "write", Err: syscall.EPIPE})
		eof     = sent(io.EOF)
		broken  = fmt.Errorf("the response ended early: %w", io.ErrUnexpectedEOF)
		timeout = sent(context.DeadlineExceeded)
	)
	tests := []struct {
		name       string
		idempotent bool
		status     int
		err        error
		want       bool
		because    string
	}{
		{"read, 200", true, 200, nil, false, "it succeeded"},
		{"read, 204", true, 204, nil, false, "it succeeded"},
		{"read, 302", true, 302, nil, false, "a retry gets the same redirect without a location"},
		{"read, 400", true, 400, nil, false, "a retry sends the same wrong request"},
		{"read, 401", true, 401, nil, false, "a 401 needs a new token, which other code requests"},
		{"read, 403", true, 403, nil, false, "a retry has the same permissions"},
		{"read, 404", true, 404, nil, false, "LUSID has answered"},
		{"read, 407", true, 407, nil, false, "the proxy wants other credentials"},
		{"read, 408", true, 408, nil, false, "LUSID does not use this status"},
		{"read, 409", true, 409, nil, false, "LUSID has answered"},
		{"read, 429", true, 429, nil, true, ""},
		{"read, 500", true, 500, nil, false, "a retry meets the same bug"},
		{"read, 501", true, 501, nil, false, "a retry meets the same missing feature"},
		{"read, 502", true, 502, nil, true, ""},
		{"read, 503", true, 503, nil, true, ""},
		{"read, 504", true, 504, nil, true, ""},
		{"read, 505", true, 505, nil, false, "a retry uses the same protocol version"},
		{"read, refused connection", true, 0, refused, true, ""},
		{"read, no such host", true, 0, noHost, true, ""},
		{"read, proxy refused connection", true, 0, proxy, true, ""},
		{"read, reset", true, 0, reset, true, ""},
		{"read, broken pipe", true, 0, written, true, ""},
		{"read, closed", true, 0, eof, true, ""},
		{"read, response ended early", true, 0, broken, true, ""},
		{"read, attempt timed out", true, 0, timeout, true, ""},
		{"read, cancelled", true, 0, sent(context.Canceled), false, "the caller cancelled"},
		{
			"read, unknown authority", true, 0, sent(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}),
			false, "a retry meets the same certificate",
		},
		{"read, bare unknown authority", true, 0, sent(x509.UnknownAuthorityError{}), false, "a retry meets the same certificate"},
		{"read, other host's certificate", true, 0, sent(x509.HostnameError{}), false, "a retry meets the same certificate"},
		{"read, expired certificate", true, 0, sent(x509.CertificateInvalidError{}), false, "a retry meets the same certificate"},

		{"change, 200", false, 200, nil, false, "it succeeded"},
		{"change, 400", false, 400, nil, false, "a retry sends the same wrong request"},
		{"change, 429", false, 429, nil, true, ""},
		{"change, 500", false, 500, nil, false, "LUSID may have processed the request"},
		{"change, 502", false, 502, nil, false, "LUSID may have processed the request"},
		{"change, 503", false, 503, nil, false, "LUSID may have processed the request"},
		{"change, 504", false, 504, nil, false, "LUSID may have processed the request"},
		{"change, refused connection", false, 0, refused, true, ""},
		{"change, no such host", false, 0, noHost, true, ""},
		{"change, proxy refused connection", false, 0, proxy, true, ""},
		{"change, reset", false, 0, reset, false, "LUSID may have processed the request"},
		{"change, broken pipe", false, 0, written, false, "LUSID may have processed the request"},
		{"change, closed", false, 0, eof, false, "LUSID may have processed the request"},
		{"change, response ended early", false, 0, broken, false, "LUSID has processed the request"},
		{"change, attempt timed out", false, 0, timeout, false, "LUSID may have processed the request"},
		{"change, cancelled", false, 0, sent(context.Canceled), false, "the caller cancelled"},
		{"change, unknown authority", false, 0, sent(x509.UnknownAuthorityError{}), false, "a retry meets the same certificate"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := client.ShouldRetry(test.idempotent, test.status, test.err); got != test.want {
				t.Errorf("got %v, want %v: %s", got, test.want, test.because)
			}
			if test.want == (test.because != "") {
				t.Error("a case needs a reason if and only if it wants false")
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	bounds := map[int]time.Duration{
		0: client.MinBackoff, 1: 2 * client.MinBackoff, 2: 4 * client.MinBackoff, 5: 32 * client.MinBackoff,
		6: client.MaxBackoff, 7: client.MaxBackoff, 15: client.MaxBackoff, 16: client.MaxBackoff, 63: client.MaxBackoff, 1000: client.MaxBackoff,
	}
	for attempt, bound := range bounds {
		seen := map[time.Duration]bool{}
		for range 200 {
			wait := client.Backoff(attempt, "", time.Now())
			if wait < bound/2 || wait > bound {
				t.Fatalf("wait %s before retry %d, want from %s to %s", wait, attempt, bound/2, bound)
			}
			seen[wait] = true
		}
		if len(seen) < 100 {
			t.Errorf("got %d different waits before retry %d, want at least 100, because waits have jitter", len(seen), attempt)
		}
	}
	if got := client.Backoff(5, "1", time.Now()); got != time.Second {
		t.Errorf("got %s for a Retry-After of 1 second, want 1s", got)
	}
	if got := client.Backoff(0, "soon", time.Now()); got < client.MinBackoff/2 || got > client.MinBackoff {
		t.Errorf("got %s for an invalid Retry-After, want a random wait within the bounds", got)
	}
}

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 21, 12, 0, 0, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	tests := map[string]struct {
		want time.Duration
		ok   bool
	}{
		"":                                  {0, false},
		"0":                                 {0, true},
		"7":                                 {7 * time.Second, true},
		"007":                               {7 * time.Second, true},
		"60":                                {time.Minute, true},
		"61":                                {client.MaxRetryAfter, true},
		"86400":                             {client.MaxRetryAfter, true},
		"18446744073709551615":              {client.MaxRetryAfter, true},
		"99999999999999999999999999":        {client.MaxRetryAfter, true},
		"-1":                                {0, false},
		"+5":                                {0, false},
		"1.5":                               {0, false},
		"1e3":                               {0, false},
		"soon":                              {0, false},
		"7s":                                {0, false},
		date(9 * time.Second):               {9 * time.Second, true},
		date(0):                             {0, true},
		date(-time.Hour):                    {0, true},
		date(24 * time.Hour):                {client.MaxRetryAfter, true},
		"Fri, 31 Dec 9999 23:59:59 GMT":     {client.MaxRetryAfter, true},
		"Friday, 21-Aug-26 12:00:05 GMT":    {5 * time.Second, true},
		"Fri Aug 21 12:00:05 2026":          {5 * time.Second, true},
		"2026-08-21T12:00:05Z":              {0, false},
		"Fri, 31 Feb 2026 00:00:00 GMT":     {0, false},
		"Fri, 21 Aug 2026 12:00:05 Nowhere": {0, false},
	}
	for value, test := range tests {
		got, ok := client.ParseRetryAfter(value, now)
		if got != test.want || ok != test.ok {
			t.Errorf("%q: got %s, %v; want %s, %v", value, got, ok, test.want, test.ok)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "7", "007", "60", "61", "86400", "18446744073709551615", "99999999999999999999999999", "-1", "+5", "1.5", "1e3", "soon", "7s", " 7", "0x10", "1_0",
		"Fri, 21 Aug 2026 12:00:09 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Friday, 21-Aug-26 12:00:05 GMT", "Fri Aug 21 12:00:05 2026", "2026-08-21T12:00:05Z",
	} {
		f.Add(seed, int64(1787313600))
		f.Add(seed, int64(-1))
	}
	f.Fuzz(func(t *testing.T, value string, now int64) {
		at := time.Unix(now, 0)
		wait, ok := client.ParseRetryAfter(value, at)
		if wait < 0 || wait > client.MaxRetryAfter || !ok && wait != 0 {
			t.Errorf("%q: got %s, %t, which is out of bounds", value, wait, ok)
		}
		isNumber := value != "" && strings.Trim(value, "0123456789") == ""
		if isNumber && !ok {
			t.Errorf("%q is a number of seconds, but was not parsed", value)
		}
		if seconds, err := strconv.Atoi(value); isNumber && err == nil && wait != min(client.MaxRetryAfter, time.Duration(min(seconds, 1000))*time.Second) {
			t.Errorf("%q: got %s, want the number of seconds, up to the maximum", value, wait)
		}
		for _, attempt := range []int{0, 3, 1000} {
			if again := client.Backoff(attempt, value, at); ok && again != wait || !ok && (again < client.MinBackoff/2 || again > client.MaxBackoff) {
				t.Errorf("%q: the wait is %s before retry %d, which is out of bounds", value, again, attempt)
			}
		}
	})
}

// temporaryFaults are faults that an idempotent request survives if each occurs once.
var temporaryFaults = map[string]mockserver.Fault{
	"429":                   {Status: 429, RetryAfter: "0"},
	"502":                   {Status: 502, RetryAfter: "0"},
	"503":                   {Status: 503, RetryAfter: "0"},
	"504":                   {Status: 504, RetryAfter: "0"},
	"502 HTML":              {HTML: true, RetryAfter: "0"},
	"reset before":          {Reset: mockserver.ResetBefore},
	"reset after":           {Reset: mockserver.ResetAfter},
	"truncated":             {Truncate: true},
	"429, date in the past": {Status: 429, RetryAfter: "Fri, 31 Dec 1999 23:59:59 GMT"},
	"503, without wait":     {Status: 503},
}

func TestRetry_idempotent(t *testing.T) {
	t.Parallel()
	for name, fault := range temporaryFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			fault.Operation = "identity.ListApplications"
			domain.InjectFault(fault)
			applications, err := domain.client(t, withRetries(1)).ListApplications(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(applications) != 1 {
				t.Errorf("got %d applications, want the 1 in the seed", len(applications))
			}
			domain.wantCounts(t, map[string]int{"identity.ListApplications": 2})
		})
	}
}

func TestRetry_deleteIsIdempotent(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{Seed: mockserver.Seed{
		Applications: []mockserver.Application{{ID: "0oa1", ClientID: "some-app", DisplayName: "Some app"}},
	}})
	domain.InjectFault(mockserver.Fault{Operation: "identity.DeleteApplication", Status: 503, RetryAfter: "0", AfterWrite: true})
	if err := domain.client(t, withRetries(1)).DeleteApplication(t.Context(), "0oa1"); !client.IsNotFound(err) {
		t.Errorf("got %v, want the not-found error of the retry", err)
	}
	domain.wantCounts(t, map[string]int{"identity.DeleteApplication": 2})
}

var newApplication = identity.CreateApplicationRequest{
	ClientID: "new-app", DisplayName: "New app", Type: identity.ApplicationTypeNative,
}

func TestRetry_changeIsNotRetried(t *testing.T) {
	t.Parallel()
	for name, fault := range temporaryFaults {
		if fault.Status == http.StatusTooManyRequests {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			fault.Operation = "identity.CreateApplication"
			domain.InjectFault(fault)
			_, err := domain.client(t, withRetries(3)).CreateApplication(t.Context(), newApplication)
			if err == nil {
				t.Fatal("the request was retried")
			}
			if !client.IsOutcomeUnknown(err) {
				t.Errorf("got %v, want an error with an unknown outcome", err)
			}
			domain.wantCounts(t, map[string]int{"identity.CreateApplication": 1})
		})
	}
}

// A retried PUT of a tool would store a second version, so a lost response leaves the outcome unknown.
func TestUpdateMcpTool_isNotRetried(t *testing.T) {
	t.Parallel()
	toolID, tool := identity.ResourceID{Scope: "s", Code: "c"}, identity.UpsertMcpToolRequest{
		Name: "n", Title: "T", Description: "D", Parameters: []identity.McpToolParameter{},
		LuminescePayload: &identity.McpToolLuminescePayload{Query: "select 1"},
	}
	seed := mockserver.Seed{McpTools: []mockserver.McpTool{{Scope: "s", Code: "c"}}}
	for name, fault := range temporaryFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{Seed: seed})
			fault.Operation = "identity.UpdateMcpTool"
			domain.InjectFault(fault)
			updated, err := domain.client(t, withRetries(3)).UpdateMcpTool(t.Context(), toolID, tool)
			if fault.Status == http.StatusTooManyRequests {
				if err != nil || updated.Version != 2 {
					t.Errorf("got %v, %v, want version 2, because LUSID did not process the first request", updated, err)
				}
				domain.wantCounts(t, map[string]int{"identity.UpdateMcpTool": 2})
				return
			}
			if !client.IsOutcomeUnknown(err) {
				t.Errorf("got %v, want an error with an unknown outcome", err)
			}
			domain.wantCounts(t, map[string]int{"identity.UpdateMcpTool": 1})
		})
	}
	for name, fault := range map[string]mockserver.Fault{
		"500": {Status: 500}, "empty": {Status: 200}, "HTML": {HTML: true, Status: 200}, "no scope": {Body: `{"code":"c","name":"n"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{Seed: seed})
			fault.Operation = "identity.UpdateMcpTool"
			domain.InjectFault(fault)
			if _, err := domain.client(t).UpdateMcpTool(t.Context(), toolID, tool); !client.IsOutcomeUnknown(err) {
				t.Errorf("got %v, want an error with an unknown outcome", err)
			}
		})
	}
	domain := newDomain(t, mockserver.Options{})
	if _, err := domain.client(t).UpdateMcpTool(t.Context(), toolID, tool); client.IsOutcomeUnknown(err) {
		t.Errorf("LUSID refused the request, but the outcome counts as unknown: %v", err)
	}
}

// The client retries a POST that only reads, like any read. Such a POST drops no list, and its outcome is
// never unknown.
func TestRetry_readOnlyPostIsRetried(t *testing.T) {
	t.Parallel()
	ask := func(c caller) error {
		return client.DoNoContent(t.Context(), c.API("access", "access/api").Post("Evaluate", "me").Body(map[string]any{}).ReadOnly())
	}
	for name, fault := range temporaryFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			fault.Operation = "access.Evaluate"
			domain.InjectFault(fault)
			if err := ask(domain.client(t, withRetries(1))); err != nil {
				t.Error(err)
			}
			domain.wantCounts(t, map[string]int{"access.Evaluate": 2})
		})
	}
	for name, fault := range map[string]mockserver.Fault{"500": {Status: 500}, "reset": {Reset: mockserver.ResetAfter}, "HTML": {HTML: true, Status: 200}} {
		domain := newDomain(t, mockserver.Options{})
		fault.Operation = "access.Evaluate"
		domain.InjectFault(fault)
		if err := ask(domain.client(t)); err == nil || client.IsOutcomeUnknown(err) {
			t.Errorf("%s: got %v, want an error with a known outcome", name, err)
		}
	}
	server := &slowRoles{}
	synctest.Test(t, func(t *testing.T) {
		c := newClientInMemory(t, server)
		manyRoles(t, c, server)
		refreshRoles(t, c, "3")
		_ = ask(c)
		refreshRoles(t, c, "4")
		if server.counts["GET roles"] != 1 {
			t.Errorf("got the requests %v, want one list", server.counts)
		}
	})
}

func TestRetry_changeIsRetriedAfter429(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Status: 429, RetryAfter: "0", Count: 2})
	application, err := domain.client(t, withRetries(2)).CreateApplication(t.Context(), newApplication)
	if err != nil {
		t.Fatal(err)
	}
	if application.Secret == "" || application.ClientID != newApplication.ClientID {
		t.Errorf("got %v, want the new application with its secret", application)
	}
	domain.wantCounts(t, map[string]int{"identity.CreateApplication": 3})
}

func TestRetry_refusedConnection(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]bool{"read": false, "change": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var attempts int
				mock := newDomainInMemory()
				c := mock.client(t, withRetries(5))
				c.SetTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
					if attempts++; attempts < 4 {
						return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
					}
					return inMemory{mock}.RoundTrip(req)
				}))
				start := time.Now()
				var err error
				if create {
					_, err = c.CreateApplication(t.Context(), newApplication)
				} else {
					_, err = c.GetUserInfo(t.Context())
				}
				if err != nil {
					t.Fatal(err)
				}
				if attempts != 4 {
					t.Errorf("got %d attempts, want 4", attempts)
				}
				// The waits double: 0.5 s, 1 s and 2 s. Jitter shortens each by up to a half.
				if took := time.Since(start); took < 1750*time.Millisecond || took > 3500*time.Millisecond {
					t.Errorf("the attempts took %s, want 1.75s to 3.5s", took)
				}
			})
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestRetry_noServer(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = newClient(t, url).CreateApplication(t.Context(), newApplication)
	if err == nil || client.IsOutcomeUnknown(err) || client.IsNotFound(err) {
		t.Errorf("got %v, want an error with a known outcome, because nothing was sent", err)
	}
}

func TestRetry_maxRetries(t *testing.T) {
	t.Parallel()
	for _, retries := range []int{0, 1, 3} {
		t.Run(fmt.Sprint(retries), func(t *testing.T) {
			t.Parallel()
			domain := newDomain(t, mockserver.Options{})
			domain.InjectFault(mockserver.Fault{Operation: "*", Count: -1, Status: 503, RetryAfter: "0"})
			_, err := domain.client(t, withRetries(retries)).GetUserInfo(t.Context())
			var e *client.Error
			if !errors.As(err, &e) || e.StatusCode != 503 || e.Detail != "A fault was injected into lusid-mock." {
				t.Errorf("got %v, want an error with the last response", err)
			}
			domain.wantCounts(t, map[string]int{"identity.GetUserInfo": retries + 1})
		})
	}
}

// The error shows the body of the last response, even if an earlier response ended early.
func TestRetry_lastResponse(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Truncate: true})
	domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 503, RetryAfter: "0"})
	_, err := domain.client(t, withRetries(1)).GetUserInfo(t.Context())
	var e *client.Error
	if !errors.As(err, &e) || e.StatusCode != 503 || e.Unusable != "" || e.Detail != "A fault was injected into lusid-mock." {
		t.Errorf("got %v, want an error with the words of the last response", err)
	}
}

func TestRetry_honorsRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		for _, retryAfter := range []string{"20", time.Now().Add(25 * time.Second).UTC().Format(http.TimeFormat), "3600"} {
			domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Status: 503, RetryAfter: retryAfter})
		}
		c := newClientInMemory(t, domain, withToken(domain.Credentials().AccessToken), withRetries(3))
		start := time.Now()
		if _, err := c.GetUserInfo(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, want := time.Since(start), 20*time.Second+5*time.Second+client.MaxRetryAfter; got != want {
			t.Errorf("the requests took %s, want %s", got, want)
		}
	})
}

// LUSID's response helps the user more than an error that the deadline was exceeded during the wait.
func TestRetry_deadlineBeforeRetryAfter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		within time.Duration
	}{
		"429": {429, 40 * time.Second}, "503": {503, 40 * time.Second}, "wait until the deadline": {429, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				domain := newDomainInMemory()
				domain.InjectFault(mockserver.Fault{Operation: "identity.GetUserInfo", Count: -1, Status: test.status, RetryAfter: "30"})
				c := newClientInMemory(t, domain, withToken(domain.Credentials().AccessToken), withRetries(5))
				ctx, cancel := context.WithTimeout(t.Context(), test.within)
				defer cancel()
				start := time.Now()
				_, err := c.GetUserInfo(ctx)
				var e *client.Error
				if !errors.As(err, &e) || e.StatusCode != test.status || e.Code == 0 {
					t.Errorf("got %v, want an error with HTTP %d", err, test.status)
				}
				// There is time for one wait of 30 s, but not for two.
				if took := time.Since(start); took != 30*time.Second {
					t.Errorf("the request took %s, want 30s", took)
				}
				domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 2})
			})
		})
	}
}

func TestRetry_cancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		domain.InjectFault(mockserver.Fault{Operation: "*", Count: -1, Status: 429, RetryAfter: "50"})
		c := newClientInMemory(t, domain, withToken(domain.Credentials().AccessToken), withRetries(5))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		start := time.Now()
		if _, err := c.GetUserInfo(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want a cancelled context", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("stopped after %s, want 3s, when the context is cancelled", took)
		}
		domain.wantCounts(t, map[string]int{"identity.GetUserInfo": 1})
	})
}

func TestRetry_cancelDuringRequest(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	var requests atomic.Int32
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		// The server sees that the client has disconnected only after it has read the body.
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, err := newClient(t, url, withRetries(5)).CreateApplication(ctx, newApplication)
	if !errors.Is(err, context.Canceled) || !client.IsOutcomeUnknown(err) {
		t.Errorf("got %v, want a cancelled request with an unknown outcome", err)
	}
	if got := requests.Load(); got != 1 {
		t.Errorf("got %d requests, want 1", got)
	}
}

// After a 429, LUSID has not processed the write, regardless of how the wait for the retry ends.
func TestRetry_outcomeAfter429(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		domain := newDomainInMemory()
		domain.InjectFault(mockserver.Fault{Operation: "identity.CreateApplication", Count: -1, Status: 429, RetryAfter: "50"})
		c := newClientInMemory(t, domain, withToken(domain.Credentials().AccessToken), withRetries(5))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		_, err := c.CreateApplication(ctx, newApplication)
		if !errors.Is(err, context.Canceled) || client.IsOutcomeUnknown(err) {
			t.Errorf("got %v, want a cancelled request with a known outcome", err)
		}
	})
}
