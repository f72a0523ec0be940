package provider_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

func TestApplicationDataSource(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{})
	foreign := d.CreateApplication(t, "test-app", "Test", "Web")
	p := d.Protocol(t)
	for _, by := range []string{"id", "client_id"} {
		for _, include := range []any{nil, false, true} {
			config := providertest.Object{by: map[string]string{"id": foreign.ID, "client_id": foreign.ClientID}[by], "include_secret": include}
			want := map[string]string{
				"id": foreign.ID, "client_id": foreign.ClientID, "display_name": "Test", "type": "Web", "issuer": foreign.Issuer,
				"token_url": foreign.Issuer + "/v1/token", "secret": "null", "secret_version": "null",
			}
			calls := map[string]int{"identity.GetApplication": 1}
			if by == "client_id" {
				calls = map[string]int{"identity.ListApplications": 1}
			}
			if include == true {
				want["secret"], want["secret_version"] = foreign.Secret, providertest.DocumentedVersion(foreign.ID, foreign.Secret)
				calls["identity.GetApplication"] = 1
			}
			d.Forget()
			read, diags := p.Data("lusid_application", config)
			diags.MustBeQuiet(t)
			for name, want := range want {
				if got := read.Get(name); got != want {
					t.Errorf("%v: %s is %s, want %s", config, name, got, want)
				}
			}
			if diff := cmp.Diff(calls, d.Counts()); diff != "" {
				t.Errorf("%v: requests (-want +got):\n%s", config, diff)
			}
			if include != true {
				d.MustNotAskForSecrets(t)
			}
		}
	}
}

func TestApplicationDataSource_errors(t *testing.T) {
	t.Parallel()
	const summary = "Unable to read application"
	d, withheld := providertest.NewMock(t, mockserver.Options{}), providertest.NewMock(t, mockserver.Options{WithholdSecrets: true})
	foreign := d.CreateApplication(t, "test-app", "Test", "Native")
	other := withheld.CreateApplication(t, "test-app", "Test", "Native")
	for _, test := range []struct {
		name      string
		p         *providertest.Protocol
		config    providertest.Object
		attribute string
		parts     []string
	}{
		{"unknown id", d.Protocol(t), providertest.Object{"id": "0oaMissing"}, "id", []string{"0oaMissing", "HTTP 404"}},
		{
			"unknown client id", d.Protocol(t),
			providertest.Object{"client_id": "missing-app"},
			"client_id",
			[]string{"missing-app", "No application has it", "refer to its id instead: id = lusid_application.NAME.id"},
		},
		{
			"secret is null", withheld.Protocol(t),
			providertest.Object{"id": other.ID, "include_secret": true},
			"",
			[]string{"without its secret"},
		},
		{
			"secret is refused",
			d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken}),
			providertest.Object{"id": foreign.ID, "include_secret": true},
			"id",
			[]string{"HTTP 403"},
		},
		{
			"no rights", d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoRightsToken}),
			providertest.Object{"id": foreign.ID},
			"id",
			[]string{"HTTP 403"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.p.T = t
			_, diags := test.p.Data("lusid_application", test.config)
			diags.MustFail(t, test.attribute, append(test.parts, summary)...)
		})
	}
	// Credentials that may not read secrets can read all other attributes.
	_, diags := d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoSecretsToken}).Data("lusid_application",
		providertest.Object{"id": foreign.ID})
	diags.MustBeQuiet(t)
}

// TestApplicationsDataSource checks that the list has the same order, in every order that LUSID returns, and that
// it never contains a secret.
func TestApplicationsDataSource(t *testing.T) {
	t.Parallel()
	var w providertest.Rewriter
	d := providertest.NewMockBehind(t, mockserver.Options{}, w.Front)
	own := d.Mock.Credentials().ClientID
	var secrets []string
	for _, name := range []string{"c-third", "a-first", "b-second"} {
		secrets = append(secrets, d.CreateApplication(t, name, "The "+name, "Native").Secret)
	}
	w.Set(func(_ *http.Request, body any) any {
		list, ok := body.([]any)
		if !ok {
			return body
		}
		slices.Reverse(list)
		for _, element := range list {
			if fields, ok := element.(map[string]any); ok {
				// LUSID's own examples show a secret in a list.
				fields["secret"] = "a-secret-in-a-list"
			}
		}
		return list
	})
	p := d.Protocol(t)
	d.Forget()
	read, diags := p.Data("lusid_applications", nil)
	diags.MustBeQuiet(t)
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 1}, d.Counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	var elements []tftypes.Value
	if err := read.Attributes["applications"].As(&elements); err != nil {
		t.Fatal(err)
	}
	var clientIDs []string
	for _, element := range elements {
		fields := map[string]tftypes.Value{}
		if err := element.As(&fields); err != nil {
			t.Fatal(err)
		}
		i := providertest.Instance{Attributes: fields}
		clientIDs = append(clientIDs, i.Get("client_id"))
		want := d.Application(t, i.Get("client_id"))
		if i.Get("id") != want.ID || i.Get("display_name") != want.DisplayName || i.Get("type") != want.Type || i.Get("issuer") != want.Issuer || i.Get("token_url") != want.Issuer+"/v1/token" {
			t.Errorf("the listed application differs from the one that LUSID has: %s", fields)
		}
	}
	want := []string{"a-first", "b-second", "c-third", own}
	slices.Sort(want)
	if diff := cmp.Diff(want, clientIDs); diff != "" {
		t.Errorf("client ids (-want +got):\n%s", diff)
	}
	for _, secret := range append(secrets, "a-secret-in-a-list") {
		if strings.Contains(read.Attributes["applications"].String(), secret) {
			t.Error("the list contains a secret")
		}
	}
	_, diags = d.Protocol(t, providertest.Object{"access_token": d.Mock.Credentials().NoRightsToken}).Data("lusid_applications", nil)
	diags.MustFail(t, "", "Unable to list applications", "HTTP 403")
}
