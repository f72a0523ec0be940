package provider_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

func TestApplicationDataSource(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{})
	foreign := d.createApplication(t, "test-app", "Test", "Web")
	p := d.protocol(t)
	for _, by := range []string{"id", "client_id"} {
		for _, include := range []any{nil, false, true} {
			config := object{by: map[string]string{"id": foreign.ID, "client_id": foreign.ClientID}[by], "include_secret": include}
			want := map[string]string{
				"id": foreign.ID, "client_id": foreign.ClientID, "display_name": "Test", "type": "Web", "issuer": foreign.Issuer,
				"token_url": foreign.Issuer + "/v1/token", "secret": "null", "secret_version": "null",
			}
			calls := map[string]int{"identity.GetApplication": 1}
			if by == "client_id" {
				calls = map[string]int{"identity.ListApplications": 1}
			}
			if include == true {
				want["secret"], want["secret_version"] = foreign.Secret, documentedVersion(foreign.ID, foreign.Secret)
				calls["identity.GetApplication"] = 1
			}
			d.forget()
			read, diags := p.data("lusid_application", config)
			diags.mustBeQuiet(t)
			for name, want := range want {
				if got := read.get(name); got != want {
					t.Errorf("%v: %s is %s, not %s", config, name, got, want)
				}
			}
			if diff := cmp.Diff(calls, d.counts()); diff != "" {
				t.Errorf("%v: requests (-want +got):\n%s", config, diff)
			}
			if include != true {
				d.mustNotAskForSecrets(t)
			}
		}
	}
}

func TestApplicationDataSource_errors(t *testing.T) {
	t.Parallel()
	const summary = "Unable to read application"
	d, withheld := newMock(t, mockserver.Options{}), newMock(t, mockserver.Options{WithholdSecrets: true})
	foreign := d.createApplication(t, "test-app", "Test", "Native")
	other := withheld.createApplication(t, "test-app", "Test", "Native")
	for _, test := range []struct {
		name      string
		p         *protocol
		config    object
		attribute string
		parts     []string
	}{
		{"no such id", d.protocol(t), object{"id": "0oaMissing"}, "id", []string{"0oaMissing", "HTTP 404"}},
		{"no such client id", d.protocol(t), object{"client_id": "missing-app"}, "client_id", []string{"missing-app", "No application has it", "refer to its id instead: id = lusid_application.NAME.id"}},
		{"withheld by a null", withheld.protocol(t), object{"id": other.ID, "include_secret": true}, "", []string{"without its secret"}},
		{"withheld by a refusal", d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken}), object{"id": foreign.ID, "include_secret": true}, "id", []string{"HTTP 403"}},
		{"no rights", d.protocol(t, object{"access_token": d.mock.Credentials().NoRightsToken}), object{"id": foreign.ID}, "id", []string{"HTTP 403"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.p.t = t
			_, diags := test.p.data("lusid_application", test.config)
			diags.mustFail(t, test.attribute, append(test.parts, summary)...)
		})
	}
	// Who may not see secrets reads all the rest.
	_, diags := d.protocol(t, object{"access_token": d.mock.Credentials().NoSecretsToken}).data("lusid_application", object{"id": foreign.ID})
	diags.mustBeQuiet(t)
}

// TestApplicationsDataSource lists in one order, whatever LUSID's is, and never a secret.
func TestApplicationsDataSource(t *testing.T) {
	t.Parallel()
	var w rewriter
	d := newMockBehind(t, mockserver.Options{}, w.front)
	own := d.mock.Credentials().ClientID
	var secrets []string
	for _, name := range []string{"c-third", "a-first", "b-second"} {
		secrets = append(secrets, d.createApplication(t, name, "The "+name, "Native").Secret)
	}
	w.set(func(_ *http.Request, body any) any {
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
	p := d.protocol(t)
	d.forget()
	read, diags := p.data("lusid_applications", nil)
	diags.mustBeQuiet(t)
	if diff := cmp.Diff(map[string]int{"identity.ListApplications": 1}, d.counts()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	var elements []tftypes.Value
	if err := read.attributes["applications"].As(&elements); err != nil {
		t.Fatal(err)
	}
	var clientIDs []string
	for _, element := range elements {
		fields := map[string]tftypes.Value{}
		if err := element.As(&fields); err != nil {
			t.Fatal(err)
		}
		i := instance{attributes: fields}
		clientIDs = append(clientIDs, i.get("client_id"))
		want := d.application(t, i.get("client_id"))
		if i.get("id") != want.ID || i.get("display_name") != want.DisplayName || i.get("type") != want.Type || i.get("issuer") != want.Issuer || i.get("token_url") != want.Issuer+"/v1/token" {
			t.Errorf("listed %s", fields)
		}
	}
	want := []string{"a-first", "b-second", "c-third", own}
	slices.Sort(want)
	if diff := cmp.Diff(want, clientIDs); diff != "" {
		t.Errorf("client ids (-want +got):\n%s", diff)
	}
	for _, secret := range append(secrets, "a-secret-in-a-list") {
		if strings.Contains(read.attributes["applications"].String(), secret) {
			t.Error("the list holds a secret")
		}
	}
	_, diags = d.protocol(t, object{"access_token": d.mock.Credentials().NoRightsToken}).data("lusid_applications", nil)
	diags.mustFail(t, "", "Unable to list applications", "HTTP 403")
}
