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
)

// faultRow is a kind of resource in the fault matrix. A new kind is a new row: what a
// configuration of it looks like, where the domain lists it, and what it does without. Which
// requests it makes the matrix finds out by itself, from a run without faults. A singleton is a
// row too: a phase that makes no requests has no cells.
type faultRow struct {
	// config is object number n of the kind, from 0 to 4, all in faultSeed's domain at once.
	config func(n int) object
	// changed is it after an update in place, and rotated after a rotation; nil for none.
	changed, rotated func(n int) object
	// query is the configuration of the list resource, nil for an empty one.
	query object
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
	holds func(t *testing.T, d domain, made instance)
}

// faultRows are by resource type, and what is particular.
var faultRows = map[string]faultRow{
	"lusid_application with its secret": {
		config:          func(n int) object { return faultyApplication(n, true, "1") },
		rotated:         func(n int) object { return faultyApplication(n, true, "2") },
		listings:        []string{"/applications"},
		optionalRequest: "identity.ListApplications",
		holds:           func(t *testing.T, d domain, made instance) { t.Helper(); d.mustHoldSecret(t, made) },
	},
	"lusid_application with its secret's version": {
		config:           func(n int) object { return faultyVersionedApplication(n, "1") },
		rotated:          func(n int) object { return faultyVersionedApplication(n, "2") },
		listings:         []string{"/applications"},
		optionalRequest:  "identity.ListApplications",
		oldSecretUnknown: true,
		holds:            func(t *testing.T, d domain, made instance) { t.Helper(); d.mustHoldSecret(t, made) },
	},
	"lusid_application": {
		config:           func(n int) object { return faultyApplication(n, false, "1") },
		changed:          func(n int) object { return faultyApplication(n, true, "1") },
		rotated:          func(n int) object { return faultyApplication(n, false, "2") },
		listings:         []string{"/applications"},
		optionalRequest:  "identity.ListApplications",
		failureOnlyWarns: map[string]string{updating: "identity.GetApplication"},
		oldSecretUnknown: true,
		holds:            func(t *testing.T, d domain, made instance) { t.Helper(); d.mustHoldSecret(t, made) },
	},
	zoneType: {
		config:           func(n int) object { return faultyZone(n, object{"description": "One", "hierarchy": 10 + n}) },
		changed:          func(n int) object { return faultyZone(n, object{"description": "Two"}) },
		listings:         []string{"/networkzones"},
		optionalRequest:  "identity.ListNetworkZones",
		failureOnlyWarns: map[string]string{creating: "identity.UpdateNetworkZone"},
	},
	issuerType: {
		config:          func(n int) object { return faultyIssuer(n, "One") },
		changed:         func(n int) object { return faultyIssuer(n, "Two") },
		listings:        []string{"/externaltokenissuers"},
		optionalRequest: "identity.ListExternalTokenIssuers",
	},
	toolType: {
		config:          func(n int) object { return faultyTool(n, "One") },
		changed:         func(n int) object { return faultyTool(n, "Two") },
		listings:        []string{"/mcptools"},
		optionalRequest: "identity.ListMcpTools",
		versioned:       "identity.UpdateMcpTool",
	},
	passwordPolicyType: {
		config:   func(int) object { return faultyPasswordPolicy(13) },
		changed:  func(int) object { return faultyPasswordPolicy(14) },
		listings: []string{"/authentication/password-policy/personal"},
	},
	sessionPolicyType: {
		config:   func(int) object { return object{"max_session_idle_minutes": 61, "deletion_policy": "reset"} },
		changed:  func(int) object { return object{"max_session_idle_minutes": 62, "deletion_policy": "reset"} },
		listings: []string{"/authentication/session-policy"},
	},
	userSchemaType: {
		config:   func(int) object { return faultyUserSchema("one") },
		changed:  func(int) object { return faultyUserSchema("two") },
		listings: []string{"/users/schema"},
	},
	"lusid_personal_access_token": {
		config:          func(n int) object { return object{"display_name": fmt.Sprint("faulty-", n)} },
		listings:        []string{"/keys"},
		optionalRequest: "identity.ListOwnApiKeys",
		shownOnce:       true,
		holds: func(t *testing.T, d domain, made instance) {
			t.Helper()
			if key := made.get("key"); key != "null" {
				d.token = key
				d.mustCall(t, http.MethodGet, "/me", nil, nil)
			}
		},
	},
	"lusid_role": {
		config:          func(n int) object { return object{"name": fmt.Sprint("faulty-", n), "description": "One"} },
		changed:         func(n int) object { return object{"name": fmt.Sprint("faulty-", n), "description": "Two"} },
		listings:        []string{"/roles"},
		optionalRequest: "identity.ListRoles",
	},
	"lusid_role_assignment": {
		config:         func(n int) object { return object{"role_id": "assigned", "user_id": fmt.Sprint("user-", n)} },
		query:          object{"role_id": "assigned"},
		listings:       []string{"/roles/assigned/users"},
		onlyForWarning: map[string]string{deleting: "identity.GetUserInfo"},
	},
	"lusid_role_members": {
		config: func(n int) object {
			return object{"role_id": fmt.Sprint("staffed-", n), "user_ids": []string{"user-0", "user-1"}}
		},
		changed: func(n int) object {
			return object{"role_id": fmt.Sprint("staffed-", n), "user_ids": []string{"user-1", "user-2"}}
		},
		listings: []string{"/roles/staffed-0/users"},
	},
	"lusid_user": {
		config:          func(n int) object { return faultyUser(n, "One") },
		changed:         func(n int) object { return faultyUser(n, "Two") },
		listings:        []string{"/users?includeDeactivated=true"},
		optionalRequest: "identity.ListUsers",
	},
}

func faultyApplication(n int, stored bool, trigger string) object {
	return object{
		"client_id": fmt.Sprint("faulty-app-", n), "display_name": fmt.Sprint("Faulty ", n),
		"store_secret": stored, "rotation_triggers": object{"step": trigger},
	}
}

func faultyVersionedApplication(n int, trigger string) object {
	config := faultyApplication(n, false, trigger)
	config["refresh_secret_version"] = true
	return config
}

func faultyUser(n int, lastName string) object {
	return object{
		"type": "Service", "login": fmt.Sprintf("faulty-%d@acme.com", n), "email_address": fmt.Sprintf("owner-%d@acme.com", n),
		"first_name": "Faulty", "last_name": lastName,
	}
}

func faultyZone(n int, more object) object {
	return zoneConfig(more, object{"code": fmt.Sprint("faulty-", n)})
}

func faultyIssuer(n int, description string) object {
	return issuerConfig(object{"code": fmt.Sprint("faulty-", n), "issuer": fmt.Sprintf("https://ci-%d.acme.com", n), "description": description})
}

func faultyTool(n int, description string) object {
	return object{
		"scope": "faulty", "code": fmt.Sprint("tool-", n), "name": fmt.Sprint("faulty-", n), "title": "Faulty", "description": description,
		"luminesce_payload": object{"query": "select 1"},
	}
}

func faultyPasswordPolicy(minLength int) object {
	return object{
		"user_type": "Personal", "min_length": minLength, "exclude_first_name": true, "exclude_last_name": true,
		"max_age_days": 90, "history_count": 4, "max_attempts": 10, "deletion_policy": "reset",
	}
}

func faultyUserSchema(name string) object {
	return object{"alternative_user_ids": []any{object{"name": name}}, "deletion_policy": "reset"}
}

// phase is what a process of the provider is doing when it meets a fault.
type phase struct {
	name string
	// objects is how many there are before.
	objects int
	// wanted is the configuration that it works towards; nil is none, and no object.
	wanted func(row faultRow) object
	// exists reports that the kind has the phase; nil is yes.
	exists func(row faultRow) bool
	// run returns the objects afterwards, and what the provider said of each.
	run func(m managedType, row faultRow, before []instance) ([]instance, []diagnostics)
	// again is how it is done once more after an error, where an apply does not do it.
	again func(m managedType, before, after []instance) []instance
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
		wanted: func(row faultRow) object { return row.config(0) },
		run: func(m managedType, row faultRow, _ []instance) ([]instance, []diagnostics) {
			// A plan may ask LUSID what it would overwrite.
			change, diags := m.plan(instance{}, row.config(0))
			if len(diags.errors()) > 0 {
				return []instance{{}}, []diagnostics{diags}
			}
			made, applied := m.apply(change)
			diags = append(diags, applied...)
			if len(diags.errors()) > 0 && made.exists() {
				m.t.Error("a create that failed left something in the state: Terraform would taint it, and replace it")
			}
			return []instance{made}, []diagnostics{diags}
		},
	},
	{
		name:    reading,
		objects: 1,
		wanted:  func(row faultRow) object { return row.config(0) },
		run:     readAll,
	},
	{
		name:    refreshing,
		objects: 5,
		exists:  func(row faultRow) bool { return row.optionalRequest != "" },
		wanted:  func(row faultRow) object { return row.config(0) },
		run:     readAll,
	},
	{
		name:    updating,
		objects: 1,
		wanted:  func(row faultRow) object { return row.changed(0) },
		exists:  func(row faultRow) bool { return row.changed != nil },
		run: func(m managedType, row faultRow, before []instance) ([]instance, []diagnostics) {
			after, diags := m.update(before[0], row.changed(0))
			return []instance{after}, []diagnostics{diags}
		},
	},
	{
		name:    rotating,
		objects: 1,
		wanted:  func(row faultRow) object { return row.rotated(0) },
		exists:  func(row faultRow) bool { return row.rotated != nil },
		run: func(m managedType, row faultRow, before []instance) ([]instance, []diagnostics) {
			after, diags := m.update(before[0], row.rotated(0))
			return []instance{after}, []diagnostics{diags}
		},
	},
	{
		name:    deleting,
		objects: 1,
		wanted:  func(faultRow) object { return nil },
		run: func(m managedType, _ faultRow, before []instance) ([]instance, []diagnostics) {
			diags := m.destroy(before[0])
			if len(diags.errors()) > 0 {
				return before, []diagnostics{diags}
			}
			return []instance{{}}, []diagnostics{diags}
		},
	},
	{
		name:    querying,
		objects: 1,
		wanted:  func(row faultRow) object { return row.config(0) },
		run: func(m managedType, row faultRow, before []instance) ([]instance, []diagnostics) {
			results, diags := m.list(row.query, 0, true)
			if len(diags.errors()) == 0 && len(results) == 0 {
				m.t.Error("the list shows nothing, and says nothing")
			}
			return before, []diagnostics{diags}
		},
	},
	{
		name:    importing,
		objects: 1,
		wanted:  func(row faultRow) object { return row.config(0) },
		run: func(m managedType, _ faultRow, before []instance) ([]instance, []diagnostics) {
			imported, diags := m.importState(importID(before[0]))
			if len(diags.errors()) > 0 {
				imported = instance{}
			}
			return []instance{imported}, []diagnostics{diags}
		},
		again: func(m managedType, before, after []instance) []instance {
			if after[0].exists() {
				return after
			}
			imported, diags := m.importState(importID(before[0]))
			diags.mustSucceed(m.t)
			return []instance{imported}
		},
	},
}

// importID is what an import takes: the id, or the code of a kind that has none.
func importID(made instance) string {
	if _, ok := made.attributes["id"]; ok {
		return made.get("id")
	}
	return made.get("code")
}

func readAll(m managedType, _ faultRow, before []instance) ([]instance, []diagnostics) {
	var (
		after []instance
		said  []diagnostics
	)
	for _, prior := range before {
		read, diags := m.read(prior)
		if len(diags.errors()) == 0 && !read.exists() {
			m.t.Error("an object that is there was dropped from the state")
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
	case isSoak():
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
	certificates := newCertificates(t)
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
					run.front.mock.InjectFault(mockserver.Fault{Operation: "*", Status: http.StatusNotFound, Count: -1})
					run.front.rewriteBy(func(exchange) rewrite { return gateway })
					for _, prior := range before {
						read, diags := m.read(prior)
						diags.mustFail(t, "", "Unable to ", "HTTP 404")
						if names := prior.differences(read); names != nil {
							t.Errorf("a gateway's 404 changed %s", names)
						}
						m.destroy(prior).mustFail(t, "", "Unable to ", "HTTP 404")
					}
					run.front.recover()
					m = run.process()
					for _, prior := range before {
						if !m.mustRead(prior).exists() {
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
	for name := range newProtocol(t).schema.ResourceSchemas {
		if !rows[name] {
			t.Errorf("%s has no row in faultRows", name)
		}
	}
}

func typeNameOf(kind string) string {
	typeName, _, _ := strings.Cut(kind, " ")
	return typeName
}
