package mockserver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestServer_concurrency(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{ListLag: 1})
	const clients = 20
	role := d.createRole("shared-role")
	t.Run("clients", func(t *testing.T) {
		for i := range clients {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				d := d.in(t)
				// All clients use the same name, and each client also uses a unique name.
				d.post(applicationsPath, `{"clientId":"shared-app","displayName":"Shared","type":"Native"}`)
				id, _ := d.create(fmt.Sprintf("example-%02d", i))
				d.InjectFault(mockserver.Fault{Operation: "identity.ListUsers", Status: http.StatusInternalServerError})
				d.token(d.passwordForm())
				user := d.createUser(fmt.Sprintf("user-%02d@example.com", i))
				_ = d.SignUp(user, "secret")
				d.put(rolesPath+"/"+role+"/users/"+user, "")
				d.get(rolesPath + "/" + role + "/users")
				d.get(usersPath)
				d.post(keysPath, fmt.Sprintf(`{"displayName":"Example %d"}`, i))
				d.get(keysPath)
				d.delete(usersPath + "/" + user)
				d.RevokeTokens()
				d.get(applicationsPath)
				d.get("/_mock/requests")
				d.post(applicationsPath+"/"+id+"/lifecycle/$newsecret", "")
				d.delete(applicationsPath + "/" + id)
				d.ClearFaults()
			})
		}
	})
	d.listed()
	if diff := cmp.Diff([]string{"shared-app"}, d.listed()); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
	if got := d.Counts()["identity.CreateApplication"]; got != 2*clients {
		t.Errorf("got %d logged creates, want %d", got, 2*clients)
	}
}

func TestServer_domainsAreIndependent(t *testing.T) {
	t.Parallel()
	one, other := newDomain(t, mockserver.Options{}), newDomain(t, mockserver.Options{})
	if one.TokenURL("") == other.TokenURL("") {
		t.Error("two domains have the same issuer")
	}
	other.do(request{
		method: http.MethodGet,
		path:   "/identity/api/me",
		bearer: one.Credentials().AccessToken,
	}).wantStatus(t, http.StatusUnauthorized)
	one.create("example-sdk-app")
	if diff := cmp.Diff([]string{}, other.listed()); diff != "" {
		t.Errorf("applications of the other domain (-want +got):\n%s", diff)
	}
}

func TestServer_largeBody(t *testing.T) {
	t.Parallel()
	d := newDomain(t, mockserver.Options{})
	d.post(applicationsPath, `"`+strings.Repeat("x", 1<<20)+`"`).wantStatus(t, http.StatusRequestEntityTooLarge)
	if got := d.Requests(); len(got) != 1 || got[0].Status != http.StatusRequestEntityTooLarge {
		t.Errorf("got the log %+v, want one request with status 413", got)
	}
}

func TestServer_disconnectedClient(t *testing.T) {
	t.Parallel()
	s := mockserver.New(mockserver.Options{Latency: time.Hour})
	ctx, hangUp := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, loopback+applicationsPath, strings.NewReader(applicationBody))
	hangUp()
	s.ServeHTTP(httptest.NewRecorder(), r)
	got := s.Requests()
	if len(got) != 1 || got[0].Operation != "identity.CreateApplication" || got[0].Status != 0 {
		t.Errorf("got the log %+v, want one request without a response", got)
	}
}

func TestServer_printsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "canary"
	options := mockserver.Options{Seed: mockserver.Seed{
		User:         mockserver.User{Password: secret},
		Applications: []mockserver.Application{{ClientID: "example-sdk-app", Secret: secret}},
		Users:        []mockserver.User{{Username: "user@example.com", Password: secret}},

		PersonalAccessTokens: []mockserver.PersonalAccessToken{{DisplayName: "Example", Key: secret}},
	}}
	s := mockserver.New(options)
	c := s.Credentials()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{s, c, &c, options, &options, options.Seed.User, options.Seed.Applications, options.Seed.PersonalAccessTokens} {
			printed := fmt.Sprintf(verb, v)
			for _, hidden := range []string{secret, c.ClientSecret, c.AccessToken} {
				if strings.Contains(printed, hidden) {
					t.Errorf("%s of %T contains a secret", verb, v)
				}
			}
		}
	}
}

func BenchmarkNew(b *testing.B) {
	mockserver.New(mockserver.Options{}) // Reads the contract.
	for b.Loop() {
		mockserver.New(mockserver.Options{})
	}
}

// A domain with a thousand users must be fast enough for tests.
func BenchmarkServer_listUsers(b *testing.B) {
	const evaluator = "evaluator"
	seed := mockserver.Seed{Roles: []mockserver.Role{{ID: evaluator, Name: evaluator}}}
	for i := range 1000 {
		seed.Users = append(seed.Users, mockserver.User{Username: fmt.Sprintf("user-%03d@example.com", i), Roles: []string{evaluator}})
	}
	s := mockserver.New(mockserver.Options{Seed: seed})
	for _, path := range []string{usersPath, rolesPath + "/" + evaluator + "/users"} {
		b.Run(path, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, loopback+path, nil)
			r.Header.Set("Authorization", "Bearer "+s.Credentials().AccessToken)
			for b.Loop() {
				s.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}

func BenchmarkServer_getApplication(b *testing.B) {
	s := mockserver.New(mockserver.Options{Seed: mockserver.Seed{
		Applications: []mockserver.Application{{ID: "id", ClientID: "example-sdk-app", DisplayName: "Example"}},
	}})
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, loopback+applicationsPath+"/id?includeSecret=true", nil)
	r.Header.Set("Authorization", "Bearer "+s.Credentials().AccessToken)
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}
