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
)

// sharedObject is an object of LUSID that several resources can manage, because LUSID accepts its
// create although the object is there.
type sharedObject struct {
	typeName string
	config   object
	// removal is the operation by which a destroy removes the object.
	removal string
	// kept is what the warning says of an object that a destroy left alone.
	kept string
	// isThere reports that LUSID has the object as config describes it.
	isThere func(t *testing.T, d domain) bool
}

// sharedObjects are in sharedSeed's domain.
func sharedObjects() []sharedObject {
	isMember := func(t *testing.T, d domain) bool {
		t.Helper()
		return strings.Join(d.membersOf(t, "traders"), " ") == "anna bert"
	}
	objects := []sharedObject{
		{
			typeName: assignmentType, config: object{"role_id": "traders", "user_id": "anna"}, removal: "identity.RemoveUserFromRole",
			kept: "The user anna keeps the role traders.",
			isThere: func(t *testing.T, d domain) bool {
				t.Helper()
				return strings.Join(d.membersOf(t, "traders"), " ") == "anna"
			},
		},
		{
			typeName: membersType, config: object{"role_id": "traders", "user_ids": []string{"anna", "bert"}}, removal: "identity.RemoveUserFromRole",
			kept: "These users keep the role traders:", isThere: isMember,
		},
	}
	for _, s := range singletons {
		objects = append(objects, sharedObject{
			typeName: s.typeName, config: with(s.config, "deletion_policy", "reset"), removal: s.update,
			kept: "The " + s.noun + " keeps its values.",
			isThere: func(t *testing.T, d domain) bool {
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

// eachSharedObject runs a test for each, on a domain of its own.
func eachSharedObject(t *testing.T, test func(t *testing.T, d domain, o sharedObject)) {
	t.Helper()
	for _, o := range sharedObjects() {
		t.Run(o.typeName, func(t *testing.T) {
			t.Parallel()
			test(t, newMock(t, mockserver.Options{Seed: sharedSeed()}), o)
		})
	}
}

// fromEarlierRun is a resource that another process has created.
func (o sharedObject) fromEarlierRun(t *testing.T, d domain) instance {
	t.Helper()
	m := d.protocol(t).resource(o.typeName)
	made, diags := m.create(o.config)
	diags.mustSucceed(t)
	made = m.mustRead(made)
	d.forget()
	return made
}

func (o sharedObject) mustBeThere(t *testing.T, d domain) {
	t.Helper()
	if !o.isThere(t, d) {
		t.Error("LUSID no longer has what the run created")
	}
}

// TestPlacement_createBeforeDestroy creates and then destroys what stands for the same object, as
// Terraform does with create_before_destroy.
func TestPlacement_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	eachSharedObject(t, func(t *testing.T, d domain, o sharedObject) {
		old := o.fromEarlierRun(t, d)
		m := d.protocol(t).resource(o.typeName)
		made, diags := m.create(o.config)
		diags.mustSucceed(t)
		o.mustBeThere(t, d)
		d.forget()
		m.destroy(old).mustWarn(t, "", o.kept, "create_before_destroy", "moved block")
		if got := d.counts()[o.removal]; got != 0 {
			t.Errorf("%d removals", got)
		}
		o.mustBeThere(t, d)

		// The same resource may be destroyed by the process that created it.
		m.destroy(made).mustBeQuiet(t)
		if o.isThere(t, d) {
			t.Error("a destroy with nothing in its place did nothing")
		}
	})
}

// TestPlacement_update updates a resource beside the destroy of another one.
func TestPlacement_update(t *testing.T) {
	t.Parallel()
	eachSharedObject(t, func(t *testing.T, d domain, o sharedObject) {
		old := o.fromEarlierRun(t, d)
		other := o.fromEarlierRun(t, d)
		changed := with(o.config, "timeouts", object{"read": "1m"})

		m := d.protocol(t).resource(o.typeName)
		updated, diags := m.update(other, changed)
		diags.mustBeQuiet(t)
		m.destroy(old).mustWarn(t, "", o.kept)
		o.mustBeThere(t, d)

		// The other way round, the update puts the object in place again.
		m = d.protocol(t).resource(o.typeName)
		m.destroy(old).mustBeQuiet(t)
		_, diags = m.update(updated, o.config)
		diags.mustBeQuiet(t)
		o.mustBeThere(t, d)
	})
}

// TestPlacement_destroyThenCreate replaces in Terraform's usual order.
func TestPlacement_destroyThenCreate(t *testing.T) {
	t.Parallel()
	eachSharedObject(t, func(t *testing.T, d domain, o sharedObject) {
		old := o.fromEarlierRun(t, d)
		m := d.protocol(t).resource(o.typeName)
		m.destroy(old).mustBeQuiet(t)
		if o.isThere(t, d) {
			t.Error("the destroy did nothing")
		}
		_, diags := m.create(o.config)
		diags.mustSucceed(t)
		o.mustBeThere(t, d)
	})
}

// TestPlacement_failedCreate destroys beside a create that failed, and so put nothing in place.
func TestPlacement_failedCreate(t *testing.T) {
	t.Parallel()
	d := newMock(t, mockserver.Options{Seed: sharedSeed()})
	config := object{"role_id": "traders", "user_id": "anna"}
	old := sharedObject{typeName: assignmentType, config: config}.fromEarlierRun(t, d)
	m := d.protocol(t).resource(assignmentType)
	d.mock.InjectFault(mockserver.Fault{Operation: "identity.AddUserToRole", Status: http.StatusForbidden})
	_, diags := m.create(config)
	diags.mustFail(t, "", "Unable to create role assignment")
	m.destroy(old).mustBeQuiet(t)
	d.mustHoldRole(t, "traders")
}

// TestPlacement_acrossTypes moves a membership from one resource type to the other in one run.
func TestPlacement_acrossTypes(t *testing.T) {
	t.Parallel()
	assignment, members := sharedObjects()[0], sharedObjects()[1]
	for _, direction := range []struct{ from, to sharedObject }{{assignment, members}, {members, assignment}} {
		t.Run("to "+direction.to.typeName, func(t *testing.T) {
			t.Parallel()
			d := newMock(t, mockserver.Options{Seed: sharedSeed()})
			old := direction.from.fromEarlierRun(t, d)
			p := d.protocol(t)
			_, diags := p.resource(direction.to.typeName).create(direction.to.config)
			diags.mustSucceed(t)
			p.resource(direction.from.typeName).destroy(old).mustWarn(t, "", "keep", "anna")
			direction.to.mustBeThere(t, d)
		})
	}

	// An update of the list drops a user to whom an assignment gives the role in the same run.
	d := newMock(t, mockserver.Options{Seed: sharedSeed()})
	old := members.fromEarlierRun(t, d)
	p := d.protocol(t)
	p.resource(assignmentType).mustCreate(assignment.config)
	_, diags := p.resource(membersType).update(old, object{"role_id": "traders", "user_ids": []string{"bert"}})
	diags.mustWarn(t, "", "These users keep the role traders: anna.")
	members.mustBeThere(t, d)
}

// TestPlacement_race creates and destroys at the same time, as Terraform does after a rename
// without a moved block: 200 times for each type. A removal that LUSID answers late meets a create
// every time.
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
	d := domainInMemory(t, mockserver.Options{Seed: sharedSeed()})
	for round := range 200 {
		old := o.fromEarlierRun(t, d)
		m := d.protocol(t).resource(o.typeName)
		creation, diags := m.plan(instance{}, o.config)
		diags.mustSucceed(t)
		removal, diags := m.plan(old, nil)
		diags.mustSucceed(t)
		switch round % 4 {
		case 1: // The answer to the removal is lost, and the provider repeats it.
			d.mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1", AfterWrite: true})
		case 2: // LUSID is slow to remove.
			d.mock.InjectFault(mockserver.Fault{Operation: o.removal, Delay: time.Second})
		case 3: // LUSID answers late.
			d.mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1"})
		}
		var created, destroyed diagnostics
		var both sync.WaitGroup
		both.Go(func() { _, created = m.apply(creation) })
		both.Go(func() { _, destroyed = m.apply(removal) })
		both.Wait()
		created.mustSucceed(t)
		destroyed.mustSucceed(t)
		d.mock.ClearFaults()
		if !o.isThere(t, d) {
			t.Fatalf("round %d: LUSID no longer has what the run created", round)
		}
	}
}

// TestPlacement_lostDeletion creates an object whose ID is a name of the user's choice while the
// deletion of an old object of that name is being repeated, because its answer was lost.
func TestPlacement_lostDeletion(t *testing.T) {
	t.Parallel()
	for _, o := range []struct {
		typeName, removal string
		config            object
		isThere           func(t *testing.T, d domain) bool
	}{
		{zoneType, "identity.DeleteNetworkZone", faultyZone(0, nil), func(t *testing.T, d domain) bool {
			t.Helper()
			return len(d.places(t)) == 1
		}},
		{issuerType, "identity.DeleteExternalTokenIssuer", faultyIssuer(0, "One"), func(t *testing.T, d domain) bool {
			t.Helper()
			return len(d.issuers(t)) == 1
		}},
		{toolType, "identity.DeleteMcpTool", faultyTool(0, "One"), func(t *testing.T, d domain) bool {
			t.Helper()
			return len(d.toolIDs(t)) == 1
		}},
	} {
		t.Run(o.typeName, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := domainInMemory(t, mockserver.Options{})
				old := d.protocol(t).resource(o.typeName).mustCreate(o.config)
				m := d.protocol(t).resource(o.typeName)
				creation, diags := m.plan(instance{}, o.config)
				diags.mustSucceed(t)
				removal, diags := m.plan(old, nil)
				diags.mustSucceed(t)
				d.mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1", AfterWrite: true})
				var destroyed diagnostics
				var other sync.WaitGroup
				other.Go(func() { _, destroyed = m.apply(removal) })
				synctest.Wait()
				made, created := m.apply(creation)
				created.mustSucceed(t)
				other.Wait()
				destroyed.mustSucceed(t)
				if !o.isThere(t, d) {
					t.Error("LUSID no longer has what the run created")
				}

				// A destroy that comes later leaves the new object alone.
				m.destroy(old).mustWarn(t, "", "was not deleted", "moved block")
				if !o.isThere(t, d) {
					t.Error("a destroy deleted what the run created")
				}
				m.destroy(made).mustSucceed(t)
				if o.isThere(t, d) {
					t.Error("a destroy with nothing in its place did nothing")
				}
			})
		})
	}
}

// domainInMemory is a mock in memory, for tests in a bubble of synctest.
func domainInMemory(t *testing.T, options mockserver.Options) domain {
	t.Helper()
	mock := mockserver.New(options)
	listener := listenInMemory(t)
	serveInMemory(t, listener, mock)
	return domain{mock: mock, url: "http://" + listener.address, token: mock.Credentials().AccessToken, direct: direct{mock}}
}

// TestPlacement_wait ends the wait for another resource's change with the time that is left.
func TestPlacement_wait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := domainInMemory(t, mockserver.Options{Seed: sharedSeed()})
		o := sharedObjects()[0]
		old := o.fromEarlierRun(t, d)
		m := d.protocol(t).resource(o.typeName)
		creation, diags := m.plan(instance{}, with(o.config, "timeouts", object{"create": "1s"}))
		diags.mustSucceed(t)
		removal, diags := m.plan(old, nil)
		diags.mustSucceed(t)
		d.mock.InjectFault(mockserver.Fault{Operation: o.removal, Delay: 30 * time.Second})
		var destroyed diagnostics
		var other sync.WaitGroup
		other.Go(func() { _, destroyed = m.carryOut(context.WithoutCancel(t.Context()), removal) })
		synctest.Wait()
		begun := time.Now()
		_, created := m.apply(creation)
		created.mustFail(t, "", "Unable to create role assignment", "Waiting for another resource of this run, which is changing the same", "timeouts")
		if took := time.Since(begun); took != time.Second {
			t.Errorf("the create took %s", took)
		}
		other.Wait()
		destroyed.mustSucceed(t)
	})
}

// hcl is the resource in a configuration, with more of its body.
func (o sharedObject) hcl(name, more string) string {
	return fmt.Sprintf("resource %q %q %s\n", o.typeName, name, strings.TrimSuffix(strings.TrimSpace(hclValue(o.config)), "}")+more+"\n}")
}

func TestAccPlacement_createBeforeDestroy(t *testing.T) {
	t.Parallel()
	cliMust(t, importBlocks) // They are newer than terraform_data.
	eachSharedObject(t, func(t *testing.T, d domain, o sharedObject) {
		config := func(trigger string) string {
			return d.config(fmt.Sprintf("resource \"terraform_data\" \"v\" {\n  input = %q\n}\n", trigger) +
				o.hcl("test", "\n  lifecycle {\n    create_before_destroy = true\n    replace_triggered_by  = [terraform_data.v]\n  }"))
		}
		w := newWorkspace(t, config("1"))
		w.mustRun("apply", "-auto-approve")
		w.configure(config("2"))
		mustHold(t, w.mustRun("apply", "-auto-approve"), "Apply complete! Resources: 1 added, 1 changed, 1 destroyed.", o.kept)
		o.mustBeThere(t, d)
		w.mustPlanEmpty()
		w.mustRun("destroy", "-auto-approve")
		if o.isThere(t, d) {
			t.Error("the destroy did nothing")
		}
	})
}

// TestAccPlacement_rename gives a resource another name, without a moved block and with one.
func TestAccPlacement_rename(t *testing.T) {
	t.Parallel()
	cliMust(t, importBlocks) // They are newer than moved blocks.
	rounds := 2
	if isSoak() {
		rounds = 20
	}
	eachSharedObject(t, func(t *testing.T, d domain, o sharedObject) {
		w := newWorkspace(t, d.config(o.hcl("round0", "")))
		w.mustRun("apply", "-auto-approve")
		for round := range rounds {
			d.mock.InjectFault(mockserver.Fault{Operation: o.removal, Status: http.StatusServiceUnavailable, RetryAfter: "1"})
			w.configure(d.config(o.hcl(fmt.Sprint("round", round+1), "")))
			mustHold(t, w.mustRun("apply", "-auto-approve"), "Apply complete! Resources: 1 added, 0 changed, 1 destroyed.")
			o.mustBeThere(t, d)
			d.mock.ClearFaults()
			w.mustPlanEmpty()
		}
		d.forget()
		w.configure(d.config(o.hcl("moved", "") + fmt.Sprintf("moved {\n  from = %[1]s.round%[2]d\n  to   = %[1]s.moved\n}\n", o.typeName, rounds)))
		mustHold(t, w.mustRun("apply", "-auto-approve"), "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.")
		if got := d.counts()[o.removal]; got != 0 {
			t.Errorf("%d writes", got)
		}
	})
}
