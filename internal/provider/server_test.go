package provider_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestServer_keepsNoContext sends each request that Terraform sends for each object. It expects that the
// server does not keep the request's context in memory afterwards, because memory would grow with each
// object.
func TestServer_keepsNoContext(t *testing.T) {
	t.Parallel()
	server := providertest.NewMock(t, mockserver.Options{}).Protocol(t).Server
	const typeName = "lusid_role"
	for name, exchange := range map[string]func(context.Context) error{
		"validate": func(ctx context.Context) error {
			_, err := server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: typeName})
			return err
		},
		"upgrade the state": func(ctx context.Context) error {
			_, err := server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: typeName})
			return err
		},
		"upgrade the identity": func(ctx context.Context) error {
			_, err := server.UpgradeResourceIdentity(ctx, &tfprotov6.UpgradeResourceIdentityRequest{TypeName: typeName})
			return err
		},
		"read": func(ctx context.Context) error {
			_, err := server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: typeName})
			return err
		},
		"import": func(ctx context.Context) error {
			_, err := server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: "first"})
			return err
		},
		"read the data source": func(ctx context.Context) error {
			_, err := server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: typeName})
			return err
		},
		"open the ephemeral resource": func(ctx context.Context) error {
			_, err := server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: "lusid_access_token"})
			return err
		},
		"plan": func(ctx context.Context) error {
			_, err := server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: typeName})
			return err
		},
		"apply": func(ctx context.Context) error {
			_, err := server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: typeName})
			return err
		},
	} {
		found := func() weak.Pointer[[1 << 10]byte] {
			type key struct{}
			value := new([1 << 10]byte)
			if err := exchange(context.WithValue(t.Context(), key{}, value)); err != nil {
				t.Errorf("%s: got the error %v, want none", name, err)
			}
			return weak.Make(value)
		}()
		runtime.GC()
		if found.Value() != nil {
			t.Errorf("%s: a value of the request's context is still in memory", name)
		}
	}
	runtime.KeepAlive(server)
}

// TestServer_afterStopProvider sends requests after StopProvider. None of them reaches LUSID. A
// debugged process can serve a second run, whose requests must reach LUSID again.
func TestServer_afterStopProvider(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{ID: "first", Name: "first"}}}})
	p := d.Protocol(t)
	roles := p.Resource("lusid_role")
	made, diags := roles.ImportState("first")
	diags.MustSucceed(t)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.GetRole", Delay: time.Hour, Count: -1})
	if _, err := p.Server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
		t.Fatal(err)
	}
	d.Forget()
	_, diags = roles.Read(made)
	diags.MustFail(t, "", "Unable to read role first", "interrupted")
	_, diags = p.Data("lusid_role", providertest.Object{"id": "first"})
	diags.MustFail(t, "id", "Unable to read role", "interrupted")

	_, diags = roles.List(providertest.Object{}, 0, false)
	diags.MustFail(t, "", "Unable to list roles", "interrupted")
	_, diags = p.InvokeRotation(providertest.Object{"id": "any"})
	diags.MustFail(t, "id", "Unable to rotate", "interrupted")
	d.MustCount(t, map[string]int{})

	d.Mock.ClearFaults()
	p.Configure(providertest.Object{"api_url": d.URL, "access_token": d.Token}).MustSucceed(t)
	roles.MustRead(made)
}

// TestServer_configuredAgain configures a debugged process again, as Terraform does for another alias,
// while a read is running. That read continues. StopProvider interrupts this read and a later read.
func TestServer_configuredAgain(t *testing.T) {
	t.Parallel()
	for _, stops := range []bool{false, true} {
		arrived, released := make(chan struct{}, 2), make(chan struct{})
		d := providertest.NewMockBehind(t, mockserver.Options{Seed: mockserver.Seed{Roles: []mockserver.Role{{ID: "first", Name: "first"}}}}, func(mock http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.UserAgent() != providertest.TestUserAgent && strings.HasPrefix(r.URL.Path, "/identity/api/roles/") {
					arrived <- struct{}{}
					select {
					case <-released:
					case <-r.Context().Done():
						return
					}
				}
				mock.ServeHTTP(w, r)
			})
		})
		p := d.Protocol(t)
		ended := make(chan providertest.Diagnostics, 2)
		read := func() {
			_, diags := p.Data("lusid_role", providertest.Object{"id": "first"})
			ended <- diags
		}
		go read()
		<-arrived
		p.Configure(providertest.Object{"api_url": d.URL, "access_token": d.Token}).MustSucceed(t)
		go read()
		<-arrived
		if !stops {
			close(released)
		} else if _, err := p.Server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			select {
			case diags := <-ended:
				if stops {
					diags.MustFail(t, "id", "Unable to read role", "interrupted")
				} else {
					diags.MustSucceed(t)
				}
			case <-time.After(20 * time.Second):
				t.Error("a read has not ended 20 seconds after StopProvider or after LUSID answered")
				close(released)
				stops = false
			}
		}
	}
}
