package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestGetUserInfo(t *testing.T) {
	t.Parallel()
	domain := newDomain(t, mockserver.Options{Seed: mockserver.Seed{User: mockserver.User{ID: "00u1", Username: "tf@example.com"}}})
	got, err := domain.client(t).GetUserInfo(t.Context())
	want := &identity.CurrentUserResponse{ID: "00u1", EmailAddress: "tf@example.com", Type: "Service", Groups: []string{"lusid-administrator"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, user (-want +got):\n%s", err, diff)
	}
}

func TestGetUserInfo_decode(t *testing.T) {
	t.Parallel()
	c := newClientOf(t,
		jsonReply(200, `{"id":"00u1","emailAddress":null,"type":null,"groups":[null,"a"],"domainType":null,"userExpiry":null,"x":1}`))
	got, err := c.GetUserInfo(t.Context())
	if diff := cmp.Diff(&identity.CurrentUserResponse{ID: "00u1", Groups: []string{"", "a"}}, got); diff != "" || err != nil {
		t.Errorf("error %v, user (-want +got):\n%s", err, diff)
	}
	if _, err := newClientOf(t, jsonReply(200, `{}`)).GetUserInfo(t.Context()); err == nil {
		t.Error("the read succeeded, want an error for a user without an ID")
	}
}
