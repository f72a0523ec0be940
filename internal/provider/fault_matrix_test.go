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
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// phase is what a process of the provider is doing when it meets a fault.
type phase struct {
	name string
	// objects is how many there are before.
	objects int
	// wanted is the configuration that it works towards; nil is none, and no object.
	wanted func(row providertest.KindFixture) providertest.Object
	// exists reports that the kind has the phase; nil is yes.
	exists func(row providertest.KindFixture) bool
	// run returns the objects afterwards, and what the provider said of each.
	run func(m providertest.ManagedType, row providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics)
	// again is how it is done once more after an error, where an apply does not do it.
	again func(m providertest.ManagedType, row providertest.KindFixture, before, after []providertest.Instance) []providertest.Instance
}

var phases = []phase{
	{
		name:   providertest.Creating,
		wanted: func(row providertest.KindFixture) providertest.Object { return row.Config.Number(0) },
		run: func(m providertest.ManagedType, row providertest.KindFixture, _ []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			// A plan may ask LUSID what it would overwrite.
			change, diags := m.Plan(providertest.Instance{}, row.Config.Number(0))
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
		name:    providertest.Reading,
		objects: 1,
		wanted:  func(row providertest.KindFixture) providertest.Object { return row.Config.Number(0) },
		run:     readAll,
	},
	{
		name:    providertest.Refreshing,
		objects: 5,
		exists:  func(row providertest.KindFixture) bool { return row.Faults.OptionalRequest != "" },
		wanted:  func(row providertest.KindFixture) providertest.Object { return row.Config.Number(0) },
		run:     readAll,
	},
	{
		name:    providertest.Updating,
		objects: 1,
		wanted:  func(row providertest.KindFixture) providertest.Object { return row.Changed.Number(0) },
		exists:  func(row providertest.KindFixture) bool { return row.Changed != nil },
		run: func(m providertest.ManagedType, row providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			after, diags := m.Update(before[0], row.Changed.Number(0))
			return []providertest.Instance{after}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    providertest.Rotating,
		objects: 1,
		wanted:  func(row providertest.KindFixture) providertest.Object { return row.Rotated.Number(0) },
		exists:  func(row providertest.KindFixture) bool { return row.Rotated != nil },
		run: func(m providertest.ManagedType, row providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			after, diags := m.Update(before[0], row.Rotated.Number(0))
			return []providertest.Instance{after}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    providertest.Deleting,
		objects: 1,
		wanted:  func(providertest.KindFixture) providertest.Object { return nil },
		run: func(m providertest.ManagedType, _ providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			diags := m.Destroy(before[0])
			if len(diags.Errors()) > 0 {
				return before, []providertest.Diagnostics{diags}
			}
			return []providertest.Instance{{}}, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    providertest.Querying,
		objects: 1,
		exists:  func(row providertest.KindFixture) bool { return !row.Unlisted },
		wanted:  func(row providertest.KindFixture) providertest.Object { return row.Config.Number(0) },
		run: func(m providertest.ManagedType, row providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			results, diags := m.List(row.Query, 0, true)
			if len(diags.Errors())+len(diags.Warnings()) == 0 && len(results) == 0 {
				m.T.Error("the list shows nothing, and says nothing")
			}
			return before, []providertest.Diagnostics{diags}
		},
	},
	{
		name:    providertest.Importing,
		objects: 1,
		wanted:  func(row providertest.KindFixture) providertest.Object { return row.Config.Number(0) },
		run: func(m providertest.ManagedType, row providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			imported, diags := m.ImportState(before[0].Get(row.ImportBy))
			if len(diags.Errors()) > 0 {
				imported = providertest.Instance{}
			}
			return []providertest.Instance{imported}, []providertest.Diagnostics{diags}
		},
		again: func(m providertest.ManagedType, row providertest.KindFixture, before, after []providertest.Instance) []providertest.Instance {
			if after[0].Exists() {
				return after
			}
			imported, diags := m.ImportState(before[0].Get(row.ImportBy))
			diags.MustSucceed(m.T)
			return []providertest.Instance{imported}
		},
	},
}

func readAll(m providertest.ManagedType, _ providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
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
	// whole is all that differ: to ask for a token is the same for every purpose, and half of what takes
	// long will do.
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
	isTwin := c.target.isToken() && c.phase.name != providertest.Creating && c.phase.name != providertest.Reading || c.fault.isLarge && c.span != forGood
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
	for _, kind := range slices.Sorted(maps.Keys(providertest.Fixtures)) {
		row := providertest.Fixtures[kind]
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
	for kind, row := range providertest.Fixtures {
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
						if len(row.Cost.Destroy(1)) > 0 {
							m.Destroy(prior).MustFail(t, "", "Unable to ", "HTTP 404")
						}
					}
					run.Front.Recover()
					m = run.process()
					for _, prior := range before {
						if !m.MustRead(prior).Exists() {
							t.Error("the object is missing from the domain")
						}
					}
				})
			})
		}
	}
}
