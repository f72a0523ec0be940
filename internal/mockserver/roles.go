package mockserver

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
)

const (
	codeRoleDoesNotExist = 660

	administratorRole             = "lusid-administrator"
	iamAdministratorRole          = "iam-administrator"
	applicationsAdministratorRole = "applications-administrator"

	// systemScope is the scope of lusid-administrator in LUSID's responses. All other roles have the default
	// scope.
	systemScope  = "LUSID_SYSTEM"
	defaultScope = "default"

	// roleSource is the source of every role, including lusid-administrator.
	roleSource = "LusidUser"
)

// builtInRoles are the roles that LUSID documents for a new domain, in the same order. The mock does not allow deleting
// them.
var builtInRoles = []Role{
	{Name: administratorRole, Description: "View any data and perform any operation in LUSID."},
	{Name: iamAdministratorRole, Description: "Perform any identity management or access control operation."},
	{Name: applicationsAdministratorRole, Description: "View, create, edit and delete client secrets."},
	{Name: "lusid-evaluator", Description: "View the example dataset and perform most non-administrative operations in LUSID."},
	{Name: "configuration-administrator", Description: "View, create, edit and delete transaction types."},
	{Name: "instrument-administrator", Description: "View, create, edit and delete instruments."},
}

// roles are the domain's roles and their users.
type roles struct {
	table *table[role]
	// members has the ids of the users of each role, by the id of the role.
	members map[string]*table[string]
}

type role struct {
	id          string
	scope       string
	name        string // The code is the same.
	description *string
	builtIn     bool
}

// createRoleRequest is CreateRoleRequest.
type createRoleRequest struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
}

// updateRoleRequest is UpdateRoleRequest.
type updateRoleRequest struct {
	Description *string `json:"description"`
}

// roleID is RoleId.
type roleID struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
}

// roleResponse is RoleResponse.
type roleResponse struct {
	ID          string  `json:"id"`
	RoleID      roleID  `json:"roleId"`
	Source      string  `json:"source"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	SAMLName    string  `json:"samlName"`
}

func newRoles(options Options) *roles {
	r := &roles{table: newTable[role](options.ListLag), members: map[string]*table[string]{}}
	for i, seed := range slices.Concat(builtInRoles, options.Seed.Roles) {
		row := role{id: cmp.Or(seed.ID, newRoleID()), scope: defaultScope, name: seed.Name, builtIn: i < len(builtInRoles)}
		if row.name == administratorRole && row.builtIn {
			row.scope = systemScope
		}
		if seed.Description != "" {
			row.description = &seed.Description
		}
		r.add(row)
	}
	r.table.settle()
	return r
}

func newRoleID() string { return "00g" + randomAlphanumeric(17) }

func (r *roles) operations() operations {
	return operations{
		"ListRoles":     r.list,
		"GetRole":       r.get,
		"GetRoleByCode": r.getByCode,
		"CreateRole":    r.create,
		"UpdateRole":    r.update,
		"DeleteRole":    r.delete,
	}
}

func (r *roles) list(*call) (any, error) { return roleBodies(r.table.list()), nil }

func (r *roles) get(c *call) (any, error) {
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	return row.body(), nil
}

func (r *roles) getByCode(c *call) (any, error) {
	id := roleID{Scope: c.query.Get("scope"), Code: c.params["code"]}
	row, ok := r.find(id)
	if !ok {
		return nil, doesNotExist(codeRoleDoesNotExist, "role", id.String())
	}
	return row.body(), nil
}

// Unverified: identity/role-create, identity/role-duplicate.
func (r *roles) create(c *call) (any, error) {
	request, err := decode[createRoleRequest](c)
	if err != nil {
		return nil, err
	}
	if len(request.Name) > maxRoleCode {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidParameter,
			errors: map[string][]string{"name": {fmt.Sprintf("The name becomes the code, which has %d characters at most.", maxRoleCode)}},
		}
	}
	if _, taken := r.named(request.Name); taken {
		return nil, &problem{
			status: http.StatusConflict, code: codeDuplicate,
			detail: fmt.Sprintf("A role with the name %q already exists.", request.Name),
		}
	}
	row := role{id: newRoleID(), scope: defaultScope, name: request.Name, description: request.Description}
	r.add(row)
	return row.body(), nil
}

// maxRoleCode is RoleId's limit, one below that of the names that CreateRoleRequest accepts.
const maxRoleCode = 100

// update replaces the description, which is the only field that can change. A request without a description clears it.
//
// Unverified: identity/role-update-clears.
func (r *roles) update(c *call) (any, error) {
	var request updateRoleRequest
	if len(bytes.TrimSpace(c.body)) > 0 {
		var err error
		if request, err = decode[updateRoleRequest](c); err != nil {
			return nil, err
		}
	}
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	row.description = request.Description
	r.table.put(row.id, row)
	return row.body(), nil
}

// Unverified: identity/role-delete, identity/role-delete-again.
func (r *roles) delete(c *call) (any, error) {
	row, err := r.lookUp(c)
	if err != nil {
		return nil, err
	}
	if row.builtIn {
		return nil, &problem{
			status: http.StatusBadRequest, code: codeInvalidRequest,
			detail: fmt.Sprintf("The role %q is built in and cannot be deleted.", row.name),
		}
	}
	r.table.delete(row.id)
	delete(r.members, row.id)
	return nil, nil
}

func (r *roles) add(row role) {
	r.table.put(row.id, row)
	r.members[row.id] = newTable[string](r.table.lag)
}

// Unverified: identity/role-missing.
func (r *roles) lookUp(c *call) (role, error) {
	row, ok := r.table.get(c.params["id"])
	if !ok {
		return row, doesNotExist(codeRoleDoesNotExist, "role", c.params["id"])
	}
	return row, nil
}

func (r *roles) find(id roleID) (role, bool) {
	return r.table.find(func(row role) bool { return row.roleID() == id })
}

func (r *roles) named(name string) (role, bool) {
	return r.table.find(func(row role) bool { return row.name == name })
}

// of returns the roles of a user, in order of creation.
func (r *roles) of(userID string) []role {
	var found []role
	for _, id := range r.table.ids {
		if _, ok := r.members[id].get(userID); ok {
			found = append(found, r.table.rows[id])
		}
	}
	return found
}

// assign assigns the roles to a user and removes all others.
func (r *roles) assign(userID string, roles []role) {
	wanted := map[string]bool{}
	for _, row := range roles {
		wanted[row.id] = true
		r.members[row.id].put(userID, userID)
	}
	for id, members := range r.members {
		if !wanted[id] {
			members.delete(userID)
		}
	}
}

// String returns the id as scope/code.
func (id roleID) String() string { return id.Scope + "/" + id.Code }

func (row role) roleID() roleID { return roleID{Scope: row.scope, Code: row.name} }

func (row role) body() roleResponse {
	return roleResponse{
		ID:          row.id,
		RoleID:      row.roleID(),
		Source:      roleSource,
		Name:        row.name,
		Description: row.description,
		SAMLName:    "lusid:" + row.scope + ":" + row.name,
	}
}

// roleCodes returns the codes of roles.
func roleCodes(rows []role) []string {
	codes := make([]string, 0, len(rows))
	for _, row := range rows {
		codes = append(codes, row.name)
	}
	return codes
}

func roleBodies(rows []role) []roleResponse {
	bodies := make([]roleResponse, 0, len(rows))
	for _, row := range rows {
		bodies = append(bodies, row.body())
	}
	return bodies
}
