package main

import (
	"fmt"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// baseline measures Terraform alone: terraform_data needs no provider process.
const baseline = "terraform_data"

// Names of workloads that conclude compares.
const (
	storedApplications   = "applications, secrets stored"
	unstoredApplications = "applications, secrets not stored"
)

// roles is the number of roles that the assignments use.
const roles = 20

var assignments = fmt.Sprintf("assignments over %d roles", roles)

// workload is a configuration of any number of resources.
type workload struct {
	name string
	// block returns the resource type and the arguments of resource i.
	block func(i int) (resource string, arguments providertest.Object)
	// most is the maximum number of resources that a domain can have. Zero means any number.
	most int
	// seed returns the objects that n resources refer to.
	seed func(n int) mockserver.Seed
}

var workloads = []workload{
	{
		name: baseline,
		block: func(i int) (resource string, arguments providertest.Object) {
			return baseline, providertest.Object{"input": fmt.Sprint("bench-", i)}
		},
	},
	{name: storedApplications, block: kind("lusid_application with its secret")},
	{name: unstoredApplications, block: kind("lusid_application")},
	{name: "users", block: kind("lusid_user")},
	{name: assignments, block: assignment, seed: rolesAndUsers},
	{name: "MCP tools", block: kind("lusid_mcp_tool")},
	{name: "access policies", block: kind("lusid_access_policy")},
	{name: "guards of the domain", block: guard, most: len(guards())},
}

// kind returns a configuration of objects of one kind, like in the tests.
func kind(name string) func(i int) (resource string, arguments providertest.Object) {
	return func(i int) (resource string, arguments providertest.Object) {
		return providertest.TypeNameOf(name), providertest.Fixtures[name].Config.Number(i)
	}
}

func assignment(i int) (resource string, arguments providertest.Object) {
	return "lusid_role_assignment", providertest.Object{
		"role_id": fmt.Sprint("bench-role-", i%roles), "user_id": fmt.Sprint("bench-user-", i/roles),
	}
}

// guard returns object i of the objects that decide who may access the domain, and from which address.
func guard(i int) (resource string, arguments providertest.Object) {
	of := guards()[i]
	return kind(of.kind)(of.number)
}

// numbered identifies one object of a kind.
type numbered struct {
	kind   string
	number int
}

// guards returns the maximum number of objects of each kind in a domain.
func guards() (all []numbered) {
	for _, name := range []string{
		"lusid_network_zone", "lusid_external_token_issuer", "lusid_password_policy", "lusid_session_policy", "lusid_user_schema",
	} {
		for i := range providertest.Fixtures[name].Most {
			all = append(all, numbered{name, i})
		}
	}
	return all
}

// configuration returns n resources, each in a separate block. With count, the CLI copies the state of all
// resources for each of them, so its cost would grow with the square of n.
func (w workload) configuration(n int) string {
	var b strings.Builder
	if w.name != baseline {
		b.WriteString("terraform {\n  required_providers {\n    lusid = {\n      source = \"finbourne/lusid\"\n    }\n  }\n}\n")
	}
	for i := range n {
		resource, arguments := w.block(i)
		fmt.Fprintf(&b, "\nresource %q \"bench_%d\" %s\n", resource, i, providertest.HCLValue(arguments))
	}
	return b.String()
}

// rolesAndUsers returns the roles and users for n assignments. No two assignments have the same pair.
func rolesAndUsers(n int) mockserver.Seed {
	var seed mockserver.Seed
	for i := range roles {
		id := fmt.Sprint("bench-role-", i)
		seed.Roles = append(seed.Roles, mockserver.Role{ID: id, Name: id})
	}
	for i := range (n + roles - 1) / roles {
		seed.Users = append(seed.Users, mockserver.User{ID: fmt.Sprint("bench-user-", i), Username: fmt.Sprintf("bench-%d@example.com", i)})
	}
	return seed
}
