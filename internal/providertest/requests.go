package providertest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// Requests are those that the provider made since the mock started or since forget.
func (d Domain) Requests() []mockserver.Request {
	var requests []mockserver.Request
	for _, request := range d.Mock.Requests() {
		if request.UserAgent != TestUserAgent {
			requests = append(requests, request)
		}
	}
	return requests
}

// Counts are the provider's requests by operation.
func (d Domain) Counts() map[string]int {
	counts := map[string]int{}
	for _, request := range d.Requests() {
		counts[request.Operation]++
	}
	return counts
}

// Forget makes Requests and Counts begin again.
func (d Domain) Forget() { d.Mock.ResetRequests() }

// MustCount compares the provider's requests with those that are due.
func (d Domain) MustCount(t *testing.T, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// Queries are the queries of an operation's requests, with commas.
func (d Domain) Queries(operation string) string {
	var queries []string
	for _, request := range d.Requests() {
		if request.Operation == operation {
			queries = append(queries, request.Query)
		}
	}
	return strings.Join(queries, ",")
}

// MustNotAskForSecrets checks that no request asked for a secret.
func (d Domain) MustNotAskForSecrets(t *testing.T) {
	t.Helper()
	if queries := d.Queries("identity.GetApplication"); strings.Contains(queries, "includeSecret") {
		t.Errorf("a secret was asked for: %s", queries)
	}
}
