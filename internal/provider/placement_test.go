package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// sharedObject is an object of LUSID that several resources can manage, because LUSID accepts its
// creation even if the object exists.
type sharedObject struct {
	typeName string
	config   providertest.Object
	// removal is the operation by which a destroy removes the object.
	removal string
	// kept is a part of the warning about an object that a destroy left alone.
	kept string
	// isThere reports whether LUSID has the object as config describes it.
	isThere func(t *testing.T, d providertest.Domain) bool
}

// sharedObjects returns the shared objects, in the domain of sharedSeed.
func sharedObjects() []sharedObject {
	isMember := func(t *testing.T, d providertest.Domain) bool {
		t.Helper()
		return strings.Join(d.MembersOf(t, "traders"), " ") == "anna bert"
	}
	objects := []sharedObject{
		{
			typeName: providertest.RoleAssignmentType, config: providertest.Object{"role_id": "traders", "user_id": "anna"}, removal: "identity.RemoveUserFromRole",
			kept: "The user anna keeps the role traders.",
			isThere: func(t *testing.T, d providertest.Domain) bool {
				t.Helper()
				return strings.Join(d.MembersOf(t, "traders"), " ") == "anna"
			},
		},
		{
			typeName: providertest.RoleMembersType, config: providertest.Object{
				"role_id":  "traders",
				"user_ids": []string{"anna", "bert"},
			}, removal: "identity.RemoveUserFromRole",
			kept: "These users keep the role traders:", isThere: isMember,
		},
	}
	for _, s := range singletons {
		objects = append(objects, sharedObject{
			typeName: s.typeName, config: providertest.With(s.config, "deletion_policy", "reset"), removal: s.update,
			kept: "The " + s.noun + " keeps its values.",
			isThere: func(t *testing.T, d providertest.Domain) bool {
				t.Helper()
				return s.difference(t, d, s.stored) == ""
			},
		})
	}
	return objects
}

func sharedSeed() mockserver.Seed {
	seed := singletonSeed
	seed.User = mockserver.User{ID: "caller", Username: "caller@acme.com"}
	for _, name := range []string{"anna", "bert"} {
		seed.Users = append(seed.Users, mockserver.User{ID: name, Username: name + "@acme.com", FirstName: name, LastName: "Seeded"})
	}
	seed.Roles = []mockserver.Role{{ID: "traders", Name: "traders"}}
	return seed
}

// eachSharedObject runs a test for each shared object, each in a new domain.
func eachSharedObject(t *testing.T, test func(t *testing.T, d providertest.Domain, o sharedObject)) {
	t.Helper()
	for _, o := range sharedObjects() {
		t.Run(o.typeName, func(t *testing.T) {
			t.Parallel()
			test(t, providertest.NewMock(t, mockserver.Options{Seed: sharedSeed()}), o)
		})
	}
}

// fromEarlierRun returns a resource that another provider process created.
func (o sharedObject) fromEarlierRun(t *testing.T, d providertest.Domain) providertest.Instance {
	t.Helper()
	m := d.Protocol(t).Resource(o.typeName)
	made, diags := m.Create(o.config)
	diags.MustSucceed(t)
	made = m.MustRead(made)
	d.Forget()
	return made
}

func (o sharedObject) mustBeThere(t *testing.T, d providertest.Domain) {
	t.Helper()
	if !o.isThere(t, d) {
		t.Error("LUSID does not have the object that the run created")
	}
}

// TestPlacement_createBeforeDestroy creates a resource and then destroys another resource for the same
// object, as Terraform does with create_before_destroy.
func TestPlacement_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	eachSharedObject(t, func(t *testing.T, d providertest.Domain, o sharedObject) {
		old := o.fromEarlierRun(t, d)
		m := d.Protocol(t).Resource(o.typeName)
		made, diags := m.Create(o.config)
		diags.MustSucceed(t)
		o.mustBeThere(t, d)
		d.Forget()
		m.Destroy(old).MustWarn(t, "", o.kept, "create_before_destroy", "moved block")
		if got := d.Counts()[o.removal]; got != 0 {
			t.Errorf("got %d requests to remove the object, want none", got)
		}
		o.mustBeThere(t, d)

		// The process that created a resource can also destroy it.
		m.Destroy(made).MustBeQuiet(t)
		if o.isThere(t, d) {
			t.Error("LUSID still has the object after the destroy, although no other resource needs it")
		}
	})
}

// TestPlacement_update updates one resource and destroys another resource for the same object in the
// same run.
func TestPlacement_update(t *testing.T) {
	t.Parallel()
	eachSharedObject(t, func(t *testing.T, d providertest.Domain, o sharedObject) {
		old := o.fromEarlierRun(t, d)
		other := o.fromEarlierRun(t, d)
		changed := providertest.With(o.config, "timeouts", providertest.Object{"read": "1m"})

		m := d.Protocol(t).Resource(o.typeName)
		updated, diags := m.Update(other, changed)
		diags.MustBeQuiet(t)
		m.Destroy(old).MustWarn(t, "", o.kept)
		o.mustBeThere(t, d)

		// If the destroy comes first, the update restores the object.
		m = d.Protocol(t).Resource(o.typeName)
		m.Destroy(old).MustBeQuiet(t)
		_, diags = m.Update(updated, o.config)
		diags.MustBeQuiet(t)
		o.mustBeThere(t, d)
	})
}

// TestPlacement_destroyThenCreate replaces a resource in Terraform's usual order.
func TestPlacement_destroyThenCreate(t *testing.T) {
	t.Parallel()
	eachSharedObject(t, func(t *testing.T, d providertest.Domain, o sharedObject) {
		old := o.fromEarlierRun(t, d)
		m := d.Protocol(t).Resource(o.typeName)
		m.Destroy(old).MustBeQuiet(t)
		if o.isThere(t, d) {
			t.Error("LUSID still has the object after the destroy")
		}
		_, diags := m.Create(o.config)
		diags.MustSucceed(t)
		o.mustBeThere(t, d)
	})
}

// TestPlacement_failedCreate destroys a resource after the creation of another resource for the same
// object failed. The destroy must remove the object.
func TestPlacement_failedCreate(t *testing.T) {
	t.Parallel()
	d := providertest.NewMock(t, mockserver.Options{Seed: sharedSeed()})
	config := providertest.Object{"role_id": "traders", "user_id": "anna"}
	old := sharedObject{typeName: providertest.RoleAssignmentType, config: config}.fromEarlierRun(t, d)
	m := d.Protocol(t).Resource(providertest.RoleAssignmentType)
	d.Mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: http.StatusForbidden})
	_, diags := m.Create(config)
	diags.MustFail(t, "", "Unable to create role assignment")
	m.Destroy(old).MustBeQuiet(t)
	d.MustHoldRole(t, "traders")
}

// TestPlacement_acrossTypes moves a membership from one resource type to the other in one run.
func TestPlacement_acrossTypes(t *testing.T) {
	t.Parallel()
	assignment, members := sharedObjects()[0], sharedObjects()[1]
	for _, direction := range []struct{ from, to sharedObject }{{assignment, members}, {members, assignment}} {
		t.Run("to "+direction.to.typeName, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{Seed: sharedSeed()})
			old := direction.from.fromEarlierRun(t, d)
			p := d.Protocol(t)
			_, diags := p.Resource(direction.to.typeName).Create(direction.to.config)
			diags.MustSucceed(t)
			p.Resource(direction.from.typeName).Destroy(old).MustWarn(t, "", "keep", "anna")
			direction.to.mustBeThere(t, d)
		})
	}

	// An update of lusid_role_members removes a user, while a lusid_role_assignment of the same run
	// gives that user the role.
	d := providertest.NewMock(t, mockserver.Options{Seed: sharedSeed()})
	old := members.fromEarlierRun(t, d)
	p := d.Protocol(t)
	p.Resource(providertest.RoleAssignmentType).MustCreate(assignment.config)
	_, diags := p.Resource(providertest.RoleMembersType).Update(old, providertest.Object{"role_id": "traders", "user_ids": []string{"bert"}})
	diags.MustWarn(t, "", "These users keep the role traders: anna.")
	members.mustBeThere(t, d)
}

// TestPlacement_race creates and destroys resources for the same object at the same time, as Terraform
// does after a rename without a moved block. It runs 200 rounds for each type. In some rounds LUSID
// answers the removal late, so that the creation always overlaps it.
func TestPlacement_race(t *testing.T) {
	t.Parallel()
	for _, o := range sharedObjects() {
		t.Run(o.typeName, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { o.race(t) })
		})
	}
}

func (o sharedObject) race(t *testing.T) {
	t.Helper()
	d := providertest.DomainInMemory(t, mockserver.Options{Seed: sharedSeed()})
	for round := range 200 {
		old := o.fromEarlierRun(t, d)
		m := d.Protocol(t).Resource(o.typeName)
		creation, diags := m.Plan(providertest.Instance{}, o.config)
		diags.MustSucceed(t)
		removal, diags := m.Plan(old, nil)
		diags.MustSucceed(t)
		switch round % 4 {
		case 1: // The response to the removal is lost, and the provider repeats the removal.
			d.Mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1", AfterWrite: true})
		case 2: // LUSID removes the object slowly.
			d.Mock.InjectFault(mockserver.Fault{Operation: o.removal, Delay: time.Second})
		case 3: // LUSID refuses the removal once, and the provider repeats it.
			d.Mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1"})
		}
		var created, destroyed providertest.Diagnostics
		var both sync.WaitGroup
		both.Go(func() { _, created = m.Apply(creation) })
		both.Go(func() { _, destroyed = m.Apply(removal) })
		both.Wait()
		created.MustSucceed(t)
		destroyed.MustSucceed(t)
		d.Mock.ClearFaults()
		if !o.isThere(t, d) {
			t.Fatalf("round %d: LUSID does not have the object that the run created", round)
		}
	}
}

// TestPlacement_lostDeletion deletes an object whose ID the user chose, and the response is lost. While
// the provider repeats the deletion, another resource creates a new object with the same ID.
func TestPlacement_lostDeletion(t *testing.T) {
	t.Parallel()
	for _, o := range []struct {
		typeName, removal string
		config            providertest.Object
		isThere           func(t *testing.T, d providertest.Domain) bool
	}{
		{providertest.NetworkZoneType, "identity.DeleteNetworkZone", providertest.ZoneConfig(), func(t *testing.T, d providertest.Domain) bool {
			t.Helper()
			return len(d.Places(t)) == 1
		}},
		{providertest.ExternalTokenIssuerType, "identity.DeleteExternalTokenIssuer", providertest.IssuerConfig(), func(t *testing.T, d providertest.Domain) bool {
			t.Helper()
			return len(d.Issuers(t)) == 1
		}},
		{providertest.MCPToolType, "identity.DeleteMcpTool", providertest.QueryTool(), func(t *testing.T, d providertest.Domain) bool {
			t.Helper()
			return len(d.ToolIDs(t)) == 1
		}},
		{providertest.AccessPolicyType, "access.DeletePolicy", providertest.AccessPolicyConfig(), func(t *testing.T, d providertest.Domain) bool {
			t.Helper()
			return d.Call(t.Context(), http.MethodGet, providertest.AccessAPI+"/policies/list-instruments", nil, nil) == nil
		}},
		{
			providertest.AccessPolicyCollectionType, "access.DeletePolicyCollection", providertest.AccessPolicyCollectionConfig(),
			func(t *testing.T, d providertest.Domain) bool {
				t.Helper()
				return d.Call(t.Context(), http.MethodGet, providertest.AccessAPI+"/policycollections/readers", nil, nil) == nil
			},
		},
		{providertest.AccessRoleType, "access.DeleteRole", providertest.AccessRoleConfig(), func(t *testing.T, d providertest.Domain) bool {
			t.Helper()
			return d.Call(t.Context(), http.MethodGet, providertest.AccessAPI+"/roles/analysts", nil, nil) == nil
		}},
	} {
		t.Run(o.typeName, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := providertest.DomainInMemory(t, mockserver.Options{})
				old := d.Protocol(t).Resource(o.typeName).MustCreate(o.config)
				m := d.Protocol(t).Resource(o.typeName)
				creation, diags := m.Plan(providertest.Instance{}, o.config)
				diags.MustSucceed(t)
				removal, diags := m.Plan(old, nil)
				diags.MustSucceed(t)
				d.Mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1", AfterWrite: true})
				var destroyed providertest.Diagnostics
				var other sync.WaitGroup
				other.Go(func() { _, destroyed = m.Apply(removal) })
				synctest.Wait()
				made, created := m.Apply(creation)
				created.MustSucceed(t)
				other.Wait()
				destroyed.MustSucceed(t)
				if !o.isThere(t, d) {
					t.Error("LUSID does not have the object that the run created")
				}

				// A later destroy of the old resource leaves the new object alone.
				m.Destroy(old).MustWarn(t, "", "was not deleted", "moved block")
				if !o.isThere(t, d) {
					t.Error("the destroy of the old resource deleted the object that the run created")
				}
				m.Destroy(made).MustSucceed(t)
				if o.isThere(t, d) {
					t.Error("LUSID still has the object after the destroy, although no other resource needs it")
				}
			})
		})
	}
}

// TestPlacement_wait expects that a resource waits for another resource's change no longer than its own
// timeout.
func TestPlacement_wait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := providertest.DomainInMemory(t, mockserver.Options{Seed: sharedSeed()})
		o := sharedObjects()[0]
		old := o.fromEarlierRun(t, d)
		m := d.Protocol(t).Resource(o.typeName)
		creation, diags := m.Plan(providertest.Instance{}, providertest.With(o.config, "timeouts", providertest.Object{"create": "1s"}))
		diags.MustSucceed(t)
		removal, diags := m.Plan(old, nil)
		diags.MustSucceed(t)
		d.Mock.InjectFault(mockserver.Fault{Operation: o.removal, Delay: 30 * time.Second})
		var destroyed providertest.Diagnostics
		var other sync.WaitGroup
		other.Go(func() { _, destroyed = m.CarryOut(context.WithoutCancel(t.Context()), removal) })
		synctest.Wait()
		begun := time.Now()
		_, created := m.Apply(creation)
		created.MustFail(t, "", "Unable to create role assignment", "Waiting for another resource of this run, which is changing the same",
			"timeouts")
		if took := time.Since(begun); took != time.Second {
			t.Errorf("the create took %s, want 1s", took)
		}
		other.Wait()
		destroyed.MustSucceed(t)
	})
}

// hcl returns the resource as a configuration. more is added to its body.
func (o sharedObject) hcl(name, more string) string {
	return fmt.Sprintf("resource %q %q %s\n",
		o.typeName, name, strings.TrimSuffix(strings.TrimSpace(providertest.HCLValue(o.config)), "}")+more+"\n}")
}

func TestAccPlacement_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.ImportBlocks) // Each CLI with import blocks also has terraform_data.
	eachSharedObject(t, func(t *testing.T, d providertest.Domain, o sharedObject) {
		config := func(trigger string) string {
			return d.Config(fmt.Sprintf("resource \"terraform_data\" \"v\" {\n  input = %q\n}\n", trigger) +
				o.hcl("test", "\n  lifecycle {\n    create_before_destroy = true\n    replace_triggered_by  = [terraform_data.v]\n  }"))
		}
		w := providertest.NewWorkspace(t, config("1"))
		w.MustRun("apply", "-auto-approve")
		w.Configure(config("2"))
		providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "Apply complete! Resources: 1 added, 1 changed, 1 destroyed.", o.kept)
		o.mustBeThere(t, d)
		w.MustPlanEmpty()
		w.MustRun("destroy", "-auto-approve")
		if o.isThere(t, d) {
			t.Error("LUSID still has the object after the destroy")
		}
	})
}

// TestAccPlacement_rename renames a resource, first without a moved block and then with one.
func TestAccPlacement_rename(t *testing.T) {
	t.Parallel()
	providertest.CLIMust(t, providertest.ImportBlocks) // Each CLI with import blocks also has moved blocks.
	rounds := 2
	if providertest.IsSoak() {
		rounds = 20
	}
	eachSharedObject(t, func(t *testing.T, d providertest.Domain, o sharedObject) {
		w := providertest.NewWorkspace(t, d.Config(o.hcl("round0", "")))
		w.MustRun("apply", "-auto-approve")
		for round := range rounds {
			d.Mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1"})
			w.Configure(d.Config(o.hcl(fmt.Sprint("round", round+1), "")))
			providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "Apply complete! Resources: 1 added, 0 changed, 1 destroyed.")
			o.mustBeThere(t, d)
			d.Mock.ClearFaults()
			w.MustPlanEmpty()
		}
		d.Forget()
		w.Configure(d.Config(o.hcl("moved", "") + fmt.Sprintf("moved {\n  from = %[1]s.round%[2]d\n  to   = %[1]s.moved\n}\n", o.typeName, rounds)))
		providertest.MustHold(t, w.MustRun("apply", "-auto-approve"), "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.")
		if got := d.Counts()[o.removal]; got != 0 {
			t.Errorf("got %d requests to remove the object, want none", got)
		}
	})
}
