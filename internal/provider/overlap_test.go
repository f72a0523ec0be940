package provider_test

import (
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestPlan_overlap plans to remove an object that another resource of the state has too, for example in another module. In
// the apply, Terraform calls the provider only for the removal. The apply ends well, and only the next plan shows the loss.
func TestPlan_overlap(t *testing.T) {
	t.Parallel()
	assignment := providertest.Object{"role_id": "assigned-0", "user_id": "user-0"}
	members := providertest.Object{"role_id": "assigned-0", "user_ids": []string{"user-0", "user-1"}}
	fewer := providertest.Object{"role_id": "assigned-0", "user_ids": []string{"user-1"}}
	attachment := providertest.Fixtures[providertest.AccessRolePolicyCollectionType].Config.Number(0)
	type one struct {
		typeName     string
		config, next providertest.Object
	}
	for name, test := range map[string]struct {
		removed, kept one
		warns         bool
		words         []string
	}{
		"assignments":                 {one{providertest.RoleAssignmentType, assignment, nil}, one{providertest.RoleAssignmentType, assignment, assignment}, true, []string{"user-0"}},
		"assignment, user replaced":   {one{providertest.RoleAssignmentType, assignment, providertest.With(assignment, "user_id", "user-1")}, one{providertest.RoleAssignmentType, assignment, assignment}, true, []string{"user-0"}},
		"assignment and members":      {one{providertest.RoleAssignmentType, assignment, nil}, one{providertest.RoleMembersType, members, members}, true, []string{"user-0"}},
		"members and assignment":      {one{providertest.RoleMembersType, members, nil}, one{providertest.RoleAssignmentType, assignment, assignment}, true, []string{"user-0"}},
		"fewer members":               {one{providertest.RoleMembersType, members, fewer}, one{providertest.RoleAssignmentType, assignment, assignment}, true, []string{"user-0"}},
		"attachments":                 {one{providertest.AccessRolePolicyCollectionType, attachment, nil}, one{providertest.AccessRolePolicyCollectionType, attachment, attachment}, true, []string{"default/attached-0"}},
		"both assignments removed":    {one{providertest.RoleAssignmentType, assignment, nil}, one{providertest.RoleAssignmentType, assignment, nil}, false, nil},
		"members of another role":     {one{providertest.RoleAssignmentType, assignment, nil}, one{providertest.RoleMembersType, fewer, fewer}, false, nil},
		"members, unknown":            {one{providertest.RoleMembersType, members, providertest.With(members, "user_ids", []any{providertest.Unknown})}, one{providertest.RoleAssignmentType, assignment, assignment}, false, nil},
		"an assignment that is added": {one{providertest.RoleMembersType, fewer, members}, one{providertest.RoleAssignmentType, assignment, assignment}, false, nil},
	} {
		for order, removedFirst := range map[string]bool{"removal planned first": true, "removal planned last": false} {
			t.Run(name+", "+order, func(t *testing.T) {
				t.Parallel()
				d := providertest.NewMock(t, mockserver.Options{Seed: providertest.FixtureSeed(3)})
				p := d.Protocol(t)
				steps := []one{test.removed, test.kept}
				made := []providertest.Instance{
					d.Protocol(t).Resource(steps[0].typeName).MustCreate(steps[0].config), d.Protocol(t).Resource(steps[1].typeName).MustCreate(steps[1].config),
				}
				if !removedFirst {
					steps[0], steps[1], made[0], made[1] = steps[1], steps[0], made[1], made[0]
				}
				var warnings []string
				for i, step := range steps {
					_, diags := p.Resource(step.typeName).Plan(made[i], step.next)
					diags.MustSucceed(t)
					for _, warning := range diags.Warnings() {
						if strings.Contains(warning, "Two resources") {
							warnings = append(warnings, warning)
						}
					}
				}
				if !test.warns {
					if len(warnings) > 0 {
						t.Errorf("got the warnings %q, want none", warnings)
					}
					return
				}
				providertest.MustBeOne(t, "warning", warnings, "", append(test.words, "removed block"))
			})
		}
	}
}
