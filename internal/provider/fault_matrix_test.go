package provider_test

import (
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// faultRow is a kind of resource in the fault matrix. A new kind is a new row: what a
// configuration of it looks like, where the domain lists it, and what it does without. Which
// requests it makes the matrix finds out by itself, from a run without faults. A singleton is a
// row too: a phase that makes no requests has no cells.
type faultRow struct {
	// config is object number n of the kind, from 0 to 4, all in FaultSeed's domain at once.
	config func(n int) providertest.Object
	// changed is it after an update in place, and rotated after a rotation; nil for none.
	changed, rotated func(n int) providertest.Object
	// query is the configuration of the list resource, nil for an empty one.
	query providertest.Object
	// listings are paths of the Identity API whose answers together show all of the kind.
	listings []string
	// optionalRequest is the list that a create requests first, and that answers a refresh of many
	// objects. If it fails, both continue without it. Empty means that the kind has no such list.
	optionalRequest string
	// onlyForWarning are, by phase, requests that the provider needs only to write a warning.
	onlyForWarning map[string]string
	// failureOnlyWarns are, by phase, requests whose failure is a warning and not an error.
	failureOnlyWarns map[string]string
	// shownOnce tells that the answer to a create holds what LUSID shows once. If that answer is lost
	// and the object is found, the create fails, and the user decides about the object.
	shownOnce bool
	// versioned is an update that stores a version each time, and so may not be repeated.
	versioned string
	// oldSecretUnknown tells that the provider doesn't know the secret that a rotation replaces.
	oldSecretUnknown bool
	// holds checks an object in the state for what a refresh does not look at.
	holds func(t *testing.T, d providertest.Domain, made providertest.Instance)
}

// faultRows are by resource type, and what is particular.
var faultRows = map[string]faultRow{
	"lusid_application with its secret": {
		config:          func(n int) providertest.Object { return faultyApplication(n, true, "1") },
		rotated:         func(n int) providertest.Object { return faultyApplication(n, true, "2") },
		listings:        []string{"/applications"},
		optionalRequest: "identity.ListApplications",
		holds: func(t *testing.T, d providertest.Domain, made providertest.Instance) {
			t.Helper()
			d.MustHoldSecret(t, made)
		},
	},
	"lusid_application with its secret's version": {
		config:           func(n int) providertest.Object { return faultyVersionedApplication(n, "1") },
		rotated:          func(n int) providertest.Object { return faultyVersionedApplication(n, "2") },
		listings:         []string{"/applications"},
		optionalRequest:  "identity.ListApplications",
		oldSecretUnknown: true,
		holds: func(t *testing.T, d providertest.Domain, made providertest.Instance) {
			t.Helper()
			d.MustHoldSecret(t, made)
		},
	},
	"lusid_application": {
		config:           func(n int) providertest.Object { return faultyApplication(n, false, "1") },
		changed:          func(n int) providertest.Object { return faultyApplication(n, true, "1") },
		rotated:          func(n int) providertest.Object { return faultyApplication(n, false, "2") },
		listings:         []string{"/applications"},
		optionalRequest:  "identity.ListApplications",
		failureOnlyWarns: map[string]string{updating: "identity.GetApplication"},
		oldSecretUnknown: true,
		holds: func(t *testing.T, d providertest.Domain, made providertest.Instance) {
			t.Helper()
			d.MustHoldSecret(t, made)
		},
	},
	providertest.NetworkZoneType: {
		config: func(n int) providertest.Object {
			return faultyZone(n, providertest.Object{"description": "One", "hierarchy": 10 + n})
		},
		changed:          func(n int) providertest.Object { return faultyZone(n, providertest.Object{"description": "Two"}) },
		listings:         []string{"/networkzones"},
		optionalRequest:  "identity.ListNetworkZones",
		failureOnlyWarns: map[string]string{creating: "identity.UpdateNetworkZone"},
	},
	providertest.ExternalTokenIssuerType: {
		config:          func(n int) providertest.Object { return faultyIssuer(n, "One") },
		changed:         func(n int) providertest.Object { return faultyIssuer(n, "Two") },
		listings:        []string{"/externaltokenissuers"},
		optionalRequest: "identity.ListExternalTokenIssuers",
	},
	providertest.MCPToolType: {
		config:          func(n int) providertest.Object { return faultyTool(n, "One") },
		changed:         func(n int) providertest.Object { return faultyTool(n, "Two") },
		listings:        []string{"/mcptools"},
		optionalRequest: "identity.ListMcpTools",
		versioned:       "identity.UpdateMcpTool",
	},
	providertest.PasswordPolicyType: {
		config:   func(int) providertest.Object { return faultyPasswordPolicy(13) },
		changed:  func(int) providertest.Object { return faultyPasswordPolicy(14) },
		listings: []string{"/authentication/password-policy/personal"},
	},
	providertest.SessionPolicyType: {
		config: func(int) providertest.Object {
			return providertest.Object{"max_session_idle_minutes": 61, "deletion_policy": "reset"}
		},
		changed: func(int) providertest.Object {
			return providertest.Object{"max_session_idle_minutes": 62, "deletion_policy": "reset"}
		},
		listings: []string{"/authentication/session-policy"},
	},
	providertest.UserSchemaType: {
		config:   func(int) providertest.Object { return faultyUserSchema("one") },
		changed:  func(int) providertest.Object { return faultyUserSchema("two") },
		listings: []string{"/users/schema"},
	},
	"lusid_personal_access_token": {
		config:          func(n int) providertest.Object { return providertest.Object{"display_name": fmt.Sprint("faulty-", n)} },
		listings:        []string{"/keys"},
		optionalRequest: "identity.ListOwnApiKeys",
		shownOnce:       true,
		holds: func(t *testing.T, d providertest.Domain, made providertest.Instance) {
			t.Helper()
			if key := made.Get("key"); key != "null" {
				d.Token = key
				d.MustCall(t, http.MethodGet, "/me", nil, nil)
			}
		},
	},
	"lusid_role": {
		config: func(n int) providertest.Object {
			return providertest.Object{"name": fmt.Sprint("faulty-", n), "description": "One"}
		},
		changed: func(n int) providertest.Object {
			return providertest.Object{"name": fmt.Sprint("faulty-", n), "description": "Two"}
		},
		listings:        []string{"/roles"},
		optionalRequest: "identity.ListRoles",
	},
	"lusid_role_assignment": {
		config: func(n int) providertest.Object {
			return providertest.Object{"role_id": "assigned", "user_id": fmt.Sprint("user-", n)}
		},
		query:          providertest.Object{"role_id": "assigned"},
		listings:       []string{"/roles/assigned/users"},
		onlyForWarning: map[string]string{deleting: "identity.GetUserInfo"},
	},
	"lusid_role_members": {
		config: func(n int) providertest.Object {
			return providertest.Object{"role_id": fmt.Sprint("staffed-", n), "user_ids": []string{"user-0", "user-1"}}
		},
		changed: func(n int) providertest.Object {
			return providertest.Object{"role_id": fmt.Sprint("staffed-", n), "user_ids": []string{"user-1", "user-2"}}
		},
		listings: []string{"/roles/staffed-0/users"},
	},
	"lusid_user": {
		config:          func(n int) providertest.Object { return faultyUser(n, "One") },
		changed:         func(n int) providertest.Object { return faultyUser(n, "Two") },
		listings:        []string{"/users?includeDeactivated=true"},
		optionalRequest: "identity.ListUsers",
	},
}

func faultyApplication(n int, stored bool, trigger string) providertest.Object {
	return providertest.Object{
		"client_id": fmt.Sprint("faulty-app-", n), "display_name": fmt.Sprint("Faulty ", n),
		"store_secret": stored, "rotation_triggers": providertest.Object{"step": trigger},
	}
}

func faultyVersionedApplication(n int, trigger string) providertest.Object {
	config := faultyApplication(n, false, trigger)
	config["refresh_secret_version"] = true
	return config
}

func faultyUser(n int, lastName string) providertest.Object {
	return providertest.Object{
		"type": "Service", "login": fmt.Sprintf("faulty-%d@acme.com", n), "email_address": fmt.Sprintf("owner-%d@acme.com", n),
		"first_name": "Faulty", "last_name": lastName,
	}
}

func faultyZone(n int, more providertest.Object) providertest.Object {
	return providertest.ZoneConfig(more, providertest.Object{"code": fmt.Sprint("faulty-", n)})
}

func faultyIssuer(n int, description string) providertest.Object {
	return providertest.IssuerConfig(providertest.Object{"code": fmt.Sprint("faulty-", n), "issuer": fmt.Sprintf("https://ci-%d.acme.com", n), "description": description})
}

func faultyTool(n int, description string) providertest.Object {
	return providertest.Object{
		"scope": "faulty", "code": fmt.Sprint("tool-", n), "name": fmt.Sprint("faulty-", n), "title": "Faulty", "description": description,
		"luminesce_payload": providertest.Object{"query": "select 1"},
	}
}

func faultyPasswordPolicy(minLength int) providertest.Object {
	return providertest.Object{
		"user_type": "Personal", "min_length": minLength, "exclude_first_name": true, "exclude_last_name": true,
		"max_age_days": 90, "history_count": 4, "max_attempts": 10, "deletion_policy": "reset",
	}
}

func faultyUserSchema(name string) providertest.Object {
	return providertest.Object{"alternative_user_ids": []any{providertest.Object{"name": name}}, "deletion_policy": "reset"}
}

// phase is what a process of the provider is doing when it meets a fault.
type phase struct {
	name string
	// objects is how many there are before.
	objects int
	// wanted is the configuration that it works towards; nil is none, and no object.
	wanted func(row faultRow) providertest.Object
	// exists reports that the kind has the phase; nil is yes.
	exists func(row faultRow) bool
	// run returns the objects afterwards, and what the provider said of each.
	run func(m providertest.ManagedType, row faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics)
	// again is how it is done once more after an error, where an apply does not do it.
	again func(m providertest.ManagedType, before, after []providertest.Instance) []providertest.Instance
}

const (
	creating   = "create"
	reading    = "read"
	refreshing = "refresh of many"
	updating   = "update"
	rotating   = "rotate"
	deleting   = "delete"
	querying   = "list"
	importing  = "import"
)

var phases = []phase{
	{
		name:   creating,
		wanted: func(row faultRow) providertest.Object { return row.config(0) },
		run: func(m providertest.ManagedType, row faultRow, _ []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			// A plan may ask LUSID what it would overwrite.
			change, diags := m.Plan(providertest.Instance{}, row.config(0))
			if len(diags.Errors()) > 0 {
				return []providertest.Instance{{}}, []providertest.Diagnostics{diags}
			}
			made, applied := m.Apply(change)
			diags = append(diags, applied...)
			if len(diags.Errors()) > 0 && made.Exists() {
				m.T.Error("a create that failed left something in the state: Terraform would taint it, and replace it")
			}
			return []providertest.Instance{made}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    reading,
		objects: 1,
		wanted:  func(row faultRow) providertest.Object { return row.config(0) },
		run:     readAll,
	},
	{
		name:    refreshing,
		objects: 5,
		exists:  func(row faultRow) bool { return row.optionalRequest != "" },
		wanted:  func(row faultRow) providertest.Object { return row.config(0) },
		run:     readAll,
	},
	{
		name:    updating,
		objects: 1,
		wanted:  func(row faultRow) providertest.Object { return row.changed(0) },
		exists:  func(row faultRow) bool { return row.changed != nil },
		run: func(m providertest.ManagedType, row faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			after, diags := m.Update(before[0], row.changed(0))
			return []providertest.Instance{after}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    rotating,
		objects: 1,
		wanted:  func(row faultRow) providertest.Object { return row.rotated(0) },
		exists:  func(row faultRow) bool { return row.rotated != nil },
		run: func(m providertest.ManagedType, row faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			after, diags := m.Update(before[0], row.rotated(0))
			return []providertest.Instance{after}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    deleting,
		objects: 1,
		wanted:  func(faultRow) providertest.Object { return nil },
		run: func(m providertest.ManagedType, _ faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			diags := m.Destroy(before[0])
			if len(diags.Errors()) > 0 {
				return before, []providertest.Diagnostics{diags}
			}
			return []providertest.Instance{{}}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    querying,
		objects: 1,
		wanted:  func(row faultRow) providertest.Object { return row.config(0) },
		run: func(m providertest.ManagedType, row faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			results, diags := m.List(row.query, 0, true)
			if len(diags.Errors()) == 0 && len(results) == 0 {
				m.T.Error("the list shows nothing, and says nothing")
			}
			return before, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    importing,
		objects: 1,
		wanted:  func(row faultRow) providertest.Object { return row.config(0) },
		run: func(m providertest.ManagedType, _ faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			imported, diags := m.ImportState(importID(before[0]))
			if len(diags.Errors()) > 0 {
				imported = providertest.Instance{}
			}
			return []providertest.Instance{imported}, []providertest.Diagnostics{diags}
		},
		again: func(m providertest.ManagedType, before, after []providertest.Instance) []providertest.Instance {
			if after[0].Exists() {
				return after
			}
			imported, diags := m.ImportState(importID(before[0]))
			diags.MustSucceed(m.T)
			return []providertest.Instance{imported}
		},
	},
}

// importID is what an import takes: the id, or the code of a kind that has none.
func importID(made providertest.Instance) string {
	if _, ok := made.Attributes["id"]; ok {
		return made.Get("id")
	}
	return made.Get("code")
}

func readAll(m providertest.ManagedType, _ faultRow, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
	var (
		after []providertest.Instance
		said  []providertest.Diagnostics
	)
	for _, prior := range before {
		read, diags := m.Read(prior)
		if len(diags.Errors()) == 0 && !read.Exists() {
			m.T.Error("an object that is there was dropped from the state")
		}
		after, said = append(after, read), append(said, diags)
	}
	return after, said
}

// extent is how much of the matrix is run.
type extent int

const (
	// sample is one cell in sixteen, the same ones each time: the race detector makes them slow.
	sample extent = iota
	// whole is all that differ: to ask for a token is the same whatever it is for, and half of what
	// takes long will do.
	whole
	// soak is every cell.
	soak
)

func theExtent() extent {
	switch {
	case providertest.IsSoak():
		return soak
	case *wholeMatrix:
		return whole
	}
	return sample
}

func (e extent) has(c cell) bool {
	isTwin := c.target.isToken() && c.phase.name != creating && c.phase.name != reading || c.fault.isLarge && c.span != forGood
	switch {
	case e == soak:
		return true
	case isTwin:
		return false
	case e == whole:
		return true
	}
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, c.kind+c.phase.name+c.name())
	return hash.Sum32()%16 == 0
}

// TestFaultMatrix has every kind of resource meet every fault in every request of every phase, once
// and for good. What must hold of each cell the table of rules says; and always: one more apply
// makes the state and the domain agree, the domain holds what it would without the fault, and no
// secret was said.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	extent := theExtent()
	if extent == whole {
		// Short-lived processes of the provider are nothing but garbage.
		debug.SetGCPercent(400)
	}
	certificates := providertest.NewCertificates(t)
	var cells, ran atomic.Int64
	for _, kind := range slices.Sorted(maps.Keys(faultRows)) {
		row := faultRows[kind]
		for _, phase := range phases {
			if phase.exists != nil && !phase.exists(row) {
				continue
			}
			t.Run(kind+"/"+phase.name, func(t *testing.T) {
				setting := cellSetting{kind: kind, row: row, phase: phase, certificates: certificates}
				for _, cell := range setting.cells(t) {
					cells.Add(1)
					if !extent.has(cell) {
						continue
					}
					t.Run(cell.name(), func(t *testing.T) {
						t.Parallel()
						ran.Add(1)
						synctest.Test(t, cell.test)
					})
				}
			})
		}
	}
	t.Logf("%d of %d cells were run", ran.Load(), cells.Load())
	if extent != sample {
		fmt.Fprintf(os.Stdout, "The fault matrix has %d cells, of which %d were run.\n", cells.Load(), ran.Load())
	}
}

// TestFaultMatrix_gateway puts a gateway before LUSID that answers everything with a 404. No object may
// leave the state, and none may count as deleted.
func TestFaultMatrix_gateway(t *testing.T) {
	t.Parallel()
	for kind, row := range faultRows {
		for name, body := range map[string]string{"empty": "", "ASP.NET": aspNET404, "HTML": "<title>Gateway</title>"} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					run := cellSetting{kind: kind, row: row, phase: phase{objects: 5}}.start(t, false, fault{})
					before := run.before()
					gateway := func(_ *httptest.ResponseRecorder, w http.ResponseWriter, _ *http.Request) {
						w.WriteHeader(http.StatusNotFound)
						_, _ = io.WriteString(w, body)
					}
					m := run.process()
					run.Front.Mock.InjectFault(mockserver.Fault{Operation: "*", Status: http.StatusNotFound, Count: -1})
					run.Front.RewriteBy(func(providertest.Exchange) providertest.Rewrite { return gateway })
					for _, prior := range before {
						read, diags := m.Read(prior)
						diags.MustFail(t, "", "Unable to ", "HTTP 404")
						if names := prior.Differences(read); names != nil {
							t.Errorf("a gateway's 404 changed %s", names)
						}
						m.Destroy(prior).MustFail(t, "", "Unable to ", "HTTP 404")
					}
					run.Front.Recover()
					m = run.process()
					for _, prior := range before {
						if !m.MustRead(prior).Exists() {
							t.Error("the object is gone from the domain")
						}
					}
				})
			})
		}
	}
}

// TestFaultMatrix_complete wants a row for every kind of resource.
func TestFaultMatrix_complete(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for kind := range faultRows {
		rows[typeNameOf(kind)] = true
	}
	for name := range providertest.NewProtocol(t).Schema.ResourceSchemas {
		if !rows[name] {
			t.Errorf("%s has no row in faultRows", name)
		}
	}
}

func typeNameOf(kind string) string {
	typeName, _, _ := strings.Cut(kind, " ")
	return typeName
}
