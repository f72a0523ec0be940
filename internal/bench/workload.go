package main

import (
	"fmt"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// baseline is what the CLI does by itself, without a provider's process.
const baseline = "terraform_data"

// Names of workloads that an aim is about.
const (
	storedApplications   = "applications, secrets stored"
	unstoredApplications = "applications, secrets not stored"
)

// roles is how many roles the assignments are spread over.
const roles = 20

// workload is a configuration of any number of resources of one type.
type workload struct {
	name, resource string
	// body is the arguments of number i.
	body func(i int) string
	// seed is what must exist for n of them.
	seed func(n int) mockserver.Seed
}

var workloads = []workload{
	{
		name:     baseline,
		resource: baseline,
		body:     func(i int) string { return fmt.Sprintf("input = \"bench-%d\"\n", i) },
	},
	{
		name:     storedApplications,
		resource: "lusid_application",
		body:     application,
	},
	{
		name:     unstoredApplications,
		resource: "lusid_application",
		body:     func(i int) string { return application(i) + "store_secret = false\n" },
	},
	{
		name:     "users",
		resource: "lusid_user",
		body: func(i int) string {
			return fmt.Sprintf("type = \"Service\"\nlogin = %[1]q\nemail_address = %[1]q\nfirst_name = \"Bench\"\nlast_name = \"User\"\n", login(i))
		},
	},
	{
		name:     fmt.Sprintf("assignments over %d roles", roles),
		resource: "lusid_role_assignment",
		body: func(i int) string {
			return fmt.Sprintf("role_id = \"bench-role-%d\"\nuser_id = \"bench-user-%d\"\n", i%roles, i/roles)
		},
		seed: rolesAndUsers,
	},
}

func application(i int) string {
	return fmt.Sprintf("client_id = \"bench-%[1]d\"\ndisplay_name = \"Bench %[1]d\"\n", i)
}

func login(i int) string { return fmt.Sprintf("bench-%d@example.com", i) }

// configuration has n resources, each in a block of its own: with count, the CLI copies the state
// of all of them for each of them, and its cost grows with the square of n.
func (w workload) configuration(n int) string {
	var b strings.Builder
	if w.resource != baseline {
		b.WriteString("terraform {\n  required_providers {\n    lusid = {\n      source = \"finbourne/lusid\"\n    }\n  }\n}\n")
	}
	for i := range n {
		fmt.Fprintf(&b, "\nresource %q \"bench_%d\" {\n%s}\n", w.resource, i, w.body(i))
	}
	return b.String()
}

// rolesAndUsers are what n assignments need, each of another role or user.
func rolesAndUsers(n int) mockserver.Seed {
	var seed mockserver.Seed
	for i := range roles {
		id := fmt.Sprint("bench-role-", i)
		seed.Roles = append(seed.Roles, mockserver.Role{ID: id, Name: id})
	}
	for i := range (n + roles - 1) / roles {
		seed.Users = append(seed.Users, mockserver.User{ID: fmt.Sprint("bench-user-", i), Username: login(i)})
	}
	return seed
}
