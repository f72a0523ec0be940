package provider_test

import (
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestDeletedAfterPlan deletes an object after the plan of its update was made. The error says that the next plan
// creates it.
func TestDeletedAfterPlan(t *testing.T) {
	t.Parallel()
	for kind, row := range providertest.Fixtures {
		if row.Changed == nil || row.Life == nil {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(1)})
			m := d.Protocol(t).Resource(providertest.TypeNameOf(kind))
			made := m.MustCreate(row.Config.Number(0))
			life := row.Life(t, d)
			if life.Vanish == nil {
				t.Skip("this kind has no Vanish: its object cannot be deleted alone")
			}
			life.Vanish()
			_, diags := m.Update(made, row.Changed.Number(0))
			diags.MustFail(t, "", "Unable to ", "deleted in LUSID after the plan was made", "Plan again, without -refresh=false: the new plan creates it.")
		})
	}
}
