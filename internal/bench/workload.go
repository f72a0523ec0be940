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

var assignments = fmt.Sprintf("assignments over %d roles", roles)

// workload is a configuration of any number of resources.
type workload struct {
	name string
	// block is the type and the arguments of number i.
	block func(i int) (resource, arguments string)
	// most is how many of them a domain holds; zero for any number.
	most int
	// seed is what must exist for n of them.
	seed func(n int) mockserver.Seed
}

var workloads = []workload{
	{
		name: baseline,
		block: func(i int) (resource, arguments string) {
			return baseline, fmt.Sprintf("input = \"bench-%d\"\n", i)
		},
	},
	{
		name: storedApplications,
		block: func(i int) (resource, arguments string) {
			return "lusid_application", application(i)
		},
	},
	{
		name: unstoredApplications,
		block: func(i int) (resource, arguments string) {
			return "lusid_application", application(i) + "store_secret = false\n"
		},
	},
	{
		name: "users",
		block: func(i int) (resource, arguments string) {
			return "lusid_user", fmt.Sprintf("type = \"Service\"\nlogin = %[1]q\nemail_address = %[1]q\nfirst_name = \"Bench\"\nlast_name = \"User\"\n", login(i))
		},
	},
	{
		name:  assignments,
		block: assignment,
		seed:  rolesAndUsers,
	},
	{
		name: "MCP tools",
		block: func(i int) (resource, arguments string) {
			return "lusid_mcp_tool", fmt.Sprintf("scope = \"bench\"\ncode = \"bench-%[1]d\"\nname = \"bench-%[1]d\"\ntitle = \"Bench\"\ndescription = \"Bench\"\nluminesce_payload = { query = \"select 1\" }\n", i)
		},
	},
	{
		name:  "guards of the domain",
		block: guard,
		most:  zones + issuers + len(policies),
	},
}

func assignment(i int) (resource, arguments string) {
	return "lusid_role_assignment", fmt.Sprintf("role_id = \"bench-role-%d\"\nuser_id = \"bench-user-%d\"\n", i%roles, i/roles)
}

// zones and issuers are all that a domain holds.
const zones, issuers = 10, 5

// policies are what a domain has one of, with their arguments.
var policies = [][2]string{
	{"lusid_password_policy", "user_type = \"Personal\"\nmin_length = 14\n"},
	{"lusid_password_policy", "user_type = \"Service\"\nmin_length = 30\n"},
	{"lusid_session_policy", "max_session_idle_minutes = 30\n"},
	{"lusid_user_schema", "alternative_user_ids = [{ name = \"bench\" }]\n"},
}

// guard is number i of what says who may come in, and from where.
func guard(i int) (resource, arguments string) {
	if i < zones {
		return "lusid_network_zone", fmt.Sprintf("code = \"bench-%[1]d\"\naction = \"NoOp\"\nsession_types = [\"AllUsers\"]\nranges = [{ value = \"203.0.113.%[1]d\" }]\nhierarchy = %[2]d\n", i, i+1)
	}
	if i -= zones; i < issuers {
		return "lusid_external_token_issuer", fmt.Sprintf(`code       = "bench-%[1]d"
issuer     = "https://bench-%[1]d.example.com"
audience   = "lusid"
logout_url = "https://bench-%[1]d.example.com/bye"
claim_mappings = {
  user_id    = "sub"
  login      = "email"
  email      = "email"
  first_name = "\"Bench\""
  last_name  = "\"User\""
  user_type  = "\"Service\""
}
`, i)
	}
	i -= issuers
	return policies[i][0], policies[i][1]
}

func application(i int) string {
	return fmt.Sprintf("client_id = \"bench-%[1]d\"\ndisplay_name = \"Bench %[1]d\"\n", i)
}

func login(i int) string { return fmt.Sprintf("bench-%d@example.com", i) }

// configuration has n resources, each in a block of its own: with count, the CLI copies the state
// of all of them for each of them, and its cost grows with the square of n.
func (w workload) configuration(n int) string {
	var b strings.Builder
	if w.name != baseline {
		b.WriteString("terraform {\n  required_providers {\n    lusid = {\n      source = \"finbourne/lusid\"\n    }\n  }\n}\n")
	}
	for i := range n {
		resource, arguments := w.block(i)
		fmt.Fprintf(&b, "\nresource %q \"bench_%d\" {\n%s}\n", resource, i, arguments)
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
