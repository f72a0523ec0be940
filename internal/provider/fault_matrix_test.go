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

// phase is the operation of the provider during which a fault occurs.
type phase struct {
	name string
	// objects is the number of objects before the phase.
	objects int
	// wanted returns the configuration. The result is nil if the phase deletes the object.
	wanted func(row providertest.KindFixture) providertest.Object
	// exists reports whether the kind has the phase. Nil means yes.
	exists func(row providertest.KindFixture) bool
	// run returns the objects after the phase, and the diagnostics of each.
	run func(m providertest.ManagedType, row providertest.KindFixture, before []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics)
	// again does the phase again after an error. Nil means that an apply does it.
	again func(m providertest.ManagedType, row providertest.KindFixture, before, after []providertest.Instance) []providertest.Instance
}

var phases = []phase{
	{
		name:   providertest.Creating,
		wanted: func(row providertest.KindFixture) providertest.Object { return row.Config.Number(0) },
		run: func(m providertest.ManagedType, row providertest.KindFixture, _ []providertest.Instance) ([]providertest.Instance, []providertest.Diagnostics) {
			// The plan may read the object that the create would overwrite.
			change, diags := m.Plan(providertest.Instance{}, row.Config.Number(0))
			if len(diags.Errors()) > 0 {
				return []providertest.Instance{{}}, []providertest.Diagnostics{diags}
			}
			created, applied := m.Apply(change)
			diags = append(diags, applied...)
			if len(diags.Errors()) > 0 && created.Exists() {
				m.T.Error("a failed create left an object in the state, want none, because Terraform would taint and replace it")
			}
			return []providertest.Instance{created}, []providertest.Diagnostics{diags}
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
				m.T.Error("the list returned no results and no diagnostics, want results, an error or a warning")
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
		after     []providertest.Instance
		perObject []providertest.Diagnostics
	)
	for _, prior := range before {
		read, diags := m.Read(prior)
		if len(diags.Errors()) == 0 && !read.Exists() {
			m.T.Error("a read removed an existing object from the state, want it to stay")
		}
		after, perObject = append(after, read), append(perObject, diags)
	}
	return after, perObject
}

// extent is the part of the matrix that the test runs.
type extent int

const (
	// sample is one cell in sixteen, because the race detector makes the cells slow. It is the same cells each time.
	sample extent = iota
	// whole leaves out cells that show little more than others. Token requests are the same in every phase, so it has them
	// only for a create and a read. It has cells with a 50 MB response only with the span always.
	whole
	// soak is every cell.
	soak
)

func chosenExtent() extent {
	switch {
	case providertest.IsSoak():
		return soak
	case *wholeMatrix:
		return whole
	}
	return sample
}

func (e extent) has(c cell) bool {
	isRedundant := c.target.isToken() && c.phase.name != providertest.Creating && c.phase.name != providertest.Reading || c.fault.isLarge && c.span != always
	switch {
	case e == soak:
		return true
	case isRedundant:
		return false
	case e == whole:
		return true
	}
	hash := fnv.New32a()
	_, _ = io.WriteString(hash, c.kind+c.phase.name+c.name())
	return hash.Sum32()%16 == 0
}

// TestFaultMatrix injects every fault into every request of every phase of every kind of resource, once and always. The
// rules have the expected outcome of each cell. In every cell, one more apply makes the state and the domain agree, the
// domain has the same objects as without the fault, and no message or log contains a secret.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	extent := chosenExtent()
	if extent == whole {
		// Each cell leaves garbage of short-lived provider processes. Fewer collections make the test faster.
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
	t.Logf("ran %d of %d cells", ran.Load(), cells.Load())
	if extent != sample {
		fmt.Fprintf(os.Stdout, "The fault matrix ran %d of %d cells.\n", ran.Load(), cells.Load())
	}
}

// TestFaultMatrix_gateway404 lets a gateway respond to every request with a 404. The provider must not remove an object
// from the state, and must not report an object as deleted.
func TestFaultMatrix_gateway404(t *testing.T) {
	t.Parallel()
	for kind, row := range providertest.Fixtures {
		for name, body := range map[string]string{"empty": "", "ASP.NET": aspNET404, "HTML": "<title>Gateway</title>"} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					run := cellSetting{kind: kind, row: row, phase: phase{objects: 5}}.start(t, false, fault{})
					before := run.createObjects()
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
							t.Errorf("a 404 of a gateway changed %s in the state, want no change", names)
						}
						if len(row.Cost.Destroy(1)) > 0 {
							m.Destroy(prior).MustFail(t, "", "Unable to ", "HTTP 404")
						}
					}
					run.Front.Recover()
					m = run.process()
					for _, prior := range before {
						if !m.MustRead(prior).Exists() {
							t.Error("after the 404 of a gateway, the object does not exist, want it to exist")
						}
					}
				})
			})
		}
	}
}
