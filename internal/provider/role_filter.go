package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// roleListModel filters the roles that the list resources of roles and of role members return.
type roleListModel struct {
	NamePrefix types.String `tfsdk:"name_prefix"`
	Scope      types.String `tfsdk:"scope"`
}

func (m *roleListModel) holds(role *identity.RoleResponse) bool {
	return strings.HasPrefix(role.Name, m.NamePrefix.ValueString()) && (m.Scope.IsNull() || m.Scope.ValueString() == role.RoleID.Scope)
}
