package providertest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// Requests returns the provider's requests since the start of the mock or the last Forget.
func (d Domain) Requests() []mockserver.Request {
	var requests []mockserver.Request
	for _, request := range d.Mock.Requests() {
		if request.UserAgent != TestUserAgent {
			requests = append(requests, request)
		}
	}
	return requests
}

// Counts returns the number of the provider's requests by operation.
func (d Domain) Counts() map[string]int {
	counts := map[string]int{}
	for _, request := range d.Requests() {
		counts[request.Operation]++
	}
	return counts
}

// Forget clears Requests and Counts.
func (d Domain) Forget() { d.Mock.ResetRequests() }

// MustCount compares the provider's requests with the expected ones.
func (d Domain) MustCount(t *testing.T, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// Queries returns the queries of an operation's requests, separated by commas.
func (d Domain) Queries(operation string) string {
	var queries []string
	for _, request := range d.Requests() {
		if request.Operation == operation {
			queries = append(queries, request.Query)
		}
	}
	return strings.Join(queries, ",")
}

// MustNotAskForSecrets checks that no request reads a secret.
func (d Domain) MustNotAskForSecrets(t *testing.T) {
	t.Helper()
	if queries := d.Queries("identity.GetApplication"); strings.Contains(queries, "includeSecret") {
		t.Errorf("got requests for a secret with the queries %s, want none", queries)
	}
}
