package providertest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
)

// Application is OAuthApplication. The tests don't use the provider's type, because that would hide a wrong
// JSON tag.
type Application struct {
	ID          string `json:"id"`
	ClientID    string `json:"clientId"`
	DisplayName string `json:"displayName"`
	Type        string `json:"type"`
	Issuer      string `json:"issuer"`
	Secret      string `json:"secret"`
}

// CreateApplication creates an application behind Terraform's back.
func (d Domain) CreateApplication(t *testing.T, clientID, displayName, kind string) Application {
	t.Helper()
	var created Application
	body := map[string]string{"clientId": clientID, "displayName": displayName, "type": kind}
	d.MustCall(t, http.MethodPost, "/applications", body, &created)
	t.Cleanup(func() { _ = d.Call(context.Background(), http.MethodDelete, "/applications/"+created.ID, nil, nil) })
	return created
}

// DeleteApplication deletes an application behind Terraform's back.
func (d Domain) DeleteApplication(t *testing.T, clientID string) {
	t.Helper()
	d.MustCall(t, http.MethodDelete, "/applications/"+d.Application(t, clientID).ID, nil, nil)
}

// RotateApplication rotates the secret of an application behind Terraform's back.
func (d Domain) RotateApplication(t *testing.T, clientID string) Application {
	t.Helper()
	var rotated Application
	d.MustCall(t, http.MethodPost, "/applications/"+d.Application(t, clientID).ID+"/lifecycle/$newsecret", nil, &rotated)
	return rotated
}

// Application reads the application with a client ID, including its secret.
func (d Domain) Application(t *testing.T, clientID string) Application {
	t.Helper()
	for _, listed := range d.Applications(t) {
		if listed.ClientID == clientID {
			d.MustCall(t, http.MethodGet, "/applications/"+listed.ID+"?includeSecret=true", nil, &listed)
			return listed
		}
	}
	t.Fatalf("the domain has no application %s", clientID)
	return Application{}
}

// Applications lists the domain's applications.
func (d Domain) Applications(t *testing.T) []Application {
	t.Helper()
	var list []Application
	d.MustCall(t, http.MethodGet, "/applications", nil, &list)
	return list
}

// SweepApplications deletes the applications that tests left behind in a real domain.
func SweepApplications(string) error {
	d, err := liveDomain()
	if err != nil {
		return err
	}
	var list []Application
	if err := d.Call(context.Background(), http.MethodGet, "/applications", nil, &list); err != nil {
		return err
	}
	for _, listed := range list {
		if strings.HasPrefix(listed.ClientID, namePrefix) {
			err = errors.Join(err, d.Call(context.Background(), http.MethodDelete, "/applications/"+listed.ID, nil, nil))
		}
	}
	return err
}

// CheckGone checks after a destroy that the applications with these client ids are gone.
func (d Domain) CheckGone(t *testing.T, clientIDs ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		for _, left := range d.Applications(t) {
			if slices.Contains(clientIDs, left.ClientID) {
				return fmt.Errorf("the application %s still exists", left.ClientID)
			}
		}
		return nil
	}
}

// MustHoldSecret checks that the state contains LUSID's secret and its version, if the secret is stored.
func (d Domain) MustHoldSecret(t *testing.T, i Instance) {
	t.Helper()
	now := d.Application(t, i.Get("client_id"))
	want := now.Secret
	if i.Get("store_secret") == "false" {
		want = "null"
	}
	if i.Get("secret") != want {
		t.Errorf("got the secret %s in the state, want LUSID's", i.Get("secret"))
	}
	if got, want := i.Get("secret_version"), DocumentedVersion(now.ID, now.Secret); got != want {
		t.Errorf("got secret_version %s, want %s", got, want)
	}
}

// DocumentedVersion returns the secret_version as documented: the first 31 bits of HMAC-SHA-256 over the
// secret, with the application's ID as the key.
func DocumentedVersion(id, secret string) string {
	mac := hmac.New(sha256.New, []byte(id))
	mac.Write([]byte(secret))
	sum := new(big.Int).SetBytes(mac.Sum(nil))
	return sum.Rsh(sum, 256-31).String()
}

// RoleBody is RoleResponse. The tests don't use the provider's type, because that would hide a wrong JSON
// tag.
type RoleBody struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	RoleID      struct {
		Scope string `json:"scope"`
		Code  string `json:"code"`
	} `json:"roleId"`
	Source   string `json:"source"`
	SAMLName string `json:"samlName"`
}

// CreateRole creates a role behind Terraform's back.
func (d Domain) CreateRole(t *testing.T, name string) RoleBody {
	t.Helper()
	var created RoleBody
	d.MustCall(t, http.MethodPost, "/roles", map[string]string{"name": name}, &created)
	return created
}

// RolesNamed returns the domain's roles with a name.
func (d Domain) RolesNamed(t *testing.T, name string) []RoleBody {
	t.Helper()
	var all, found []RoleBody
	d.MustCall(t, http.MethodGet, "/roles", nil, &all)
	for _, role := range all {
		if role.Name == name {
			found = append(found, role)
		}
	}
	return found
}

// Assign assigns a role to users behind Terraform's back.
func (d Domain) Assign(t *testing.T, roleID string, users ...string) {
	t.Helper()
	for _, user := range users {
		d.MustCall(t, http.MethodPut, "/roles/"+roleID+"/users/"+user, nil, nil)
	}
}

// MembersOf returns the IDs of the users who have a role, in order.
func (d Domain) MembersOf(t *testing.T, roleID string) []string {
	t.Helper()
	var users []UserBody
	d.MustCall(t, http.MethodGet, "/roles/"+roleID+"/users", nil, &users)
	ids := []string{}
	for _, user := range users {
		ids = append(ids, user.ID)
	}
	slices.Sort(ids)
	return ids
}

// MustHoldRole compares the users who have a role with the wanted users.
func (d Domain) MustHoldRole(t *testing.T, roleID string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(append([]string{}, want...), d.MembersOf(t, roleID)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

// UserBody is UserResponse. The tests don't use the provider's type, because that would hide a wrong JSON
// tag.
type UserBody struct {
	ID                 string             `json:"id"`
	Type               string             `json:"type"`
	Login              string             `json:"login"`
	EmailAddress       string             `json:"emailAddress"`
	FirstName          string             `json:"firstName"`
	LastName           string             `json:"lastName"`
	SecondEmailAddress *string            `json:"secondEmailAddress"`
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
	UserExpiry         *string            `json:"userExpiry"`
	Status             string             `json:"status"`
}

// CreateUser creates a service user behind Terraform's back.
func (d Domain) CreateUser(t *testing.T, login, email string) UserBody {
	t.Helper()
	var created UserBody
	d.MustCall(t, http.MethodPost, "/users", map[string]string{
		"type": "Service", "login": login, "emailAddress": email, "firstName": "Other", "lastName": "User",
	}, &created)
	return created
}

// UsersWith returns all users with a login, including deprovisioned users.
func (d Domain) UsersWith(t *testing.T, login string) []UserBody {
	t.Helper()
	var all, found []UserBody
	d.MustCall(t, http.MethodGet, "/users?includeDeactivated=true", nil, &all)
	for _, user := range all {
		if strings.EqualFold(user.Login, login) {
			found = append(found, user)
		}
	}
	return found
}

// CallerID returns the ID of the user whose token the test's own calls use.
func (d Domain) CallerID(t *testing.T) string {
	t.Helper()
	var me struct {
		ID string `json:"id"`
	}
	d.MustCall(t, http.MethodGet, "/me", nil, &me)
	return me.ID
}

// IssuerBody is ExternalTokenIssuerResponse. The tests don't use the provider's type, because that would
// hide a wrong JSON tag.
type IssuerBody struct {
	Code          string            `json:"code"`
	Issuer        string            `json:"issuer"`
	Audience      string            `json:"audience"`
	LogoutURL     string            `json:"logoutUrl"`
	Description   *string           `json:"description,omitempty"`
	ClaimMappings map[string]string `json:"claimMappings,omitempty"`
}

// CreateIssuer creates an issuer behind Terraform's back.
func (d Domain) CreateIssuer(t *testing.T, issuer IssuerBody) {
	t.Helper()
	d.MustCall(t, http.MethodPost, "/externaltokenissuers", issuer, nil)
}

// Issuers lists the domain's external token issuers.
func (d Domain) Issuers(t *testing.T) []IssuerBody {
	t.Helper()
	var issuers []IssuerBody
	d.MustCall(t, http.MethodGet, "/externaltokenissuers", nil, &issuers)
	return issuers
}

// ToolBody is McpToolResponse as JSON. The tests don't use the provider's type, because that would hide a
// wrong JSON tag.
type ToolBody map[string]any

// QueryBody returns the request to create a tool that runs a query.
func QueryBody(name string) ToolBody {
	return ToolBody{"name": name, "title": "Other", "description": "Other", "luminescePayload": ToolBody{"query": "select 0"}}
}

// CreateTool creates a tool that runs a query behind Terraform's back.
func (d Domain) CreateTool(t *testing.T, id, name string) {
	t.Helper()
	d.MustCall(t, http.MethodPost, "/mcptools/"+id, QueryBody(name), nil)
}

// ToolIDs returns the IDs of all tools that are not deleted.
func (d Domain) ToolIDs(t *testing.T) []string {
	t.Helper()
	var all []struct{ Scope, Code string }
	d.MustCall(t, http.MethodGet, "/mcptools", nil, &all)
	ids := []string{}
	for _, tool := range all {
		ids = append(ids, tool.Scope+"/"+tool.Code)
	}
	slices.Sort(ids)
	return ids
}

// ZoneBody is NetworkZoneDefinitionResponse. The tests don't use the provider's type, because that would
// hide a wrong JSON tag.
type ZoneBody struct {
	Code           string       `json:"code"`
	Hierarchy      int          `json:"hierarchy"`
	Description    *string      `json:"description"`
	Action         *string      `json:"action"`
	NetworkZoneIPs []ZoneIPBody `json:"networkZoneIPs"`
	ApplyRules     struct {
		SessionType []string `json:"sessionType"`
		UserRoles   []string `json:"userRoles"`
	} `json:"applyRules"`
}

// ZoneIPBody is an address of a zone in the Identity API.
type ZoneIPBody struct {
	Value       string  `json:"value"`
	Description *string `json:"description,omitempty"`
	Type        string  `json:"type,omitempty"`
}

// CreateZone creates a zone behind Terraform's back. LUSID chooses the hierarchy.
func (d Domain) CreateZone(t *testing.T, code string) {
	t.Helper()
	d.MustCall(t, http.MethodPost, "/networkzones", map[string]any{
		"code": code, "action": "NoOp", "networkZoneIPs": []ZoneIPBody{{Value: "198.51.100.7"}},
		"applyRules": map[string]any{"sessionType": []string{"AllUsers"}, "userRoles": []string{}},
	}, nil)
}

// Zone reads a network zone.
func (d Domain) Zone(t *testing.T, code string) ZoneBody {
	t.Helper()
	var zone ZoneBody
	d.MustCall(t, http.MethodGet, "/networkzones/"+code, nil, &zone)
	return zone
}

// ChangeZone changes a zone behind Terraform's back.
func (d Domain) ChangeZone(t *testing.T, code string, change func(*ZoneBody)) {
	t.Helper()
	zone := d.Zone(t, code)
	change(&zone)
	d.MustCall(t, http.MethodPut, "/networkzones/"+code, map[string]any{
		"description": zone.Description, "action": zone.Action, "networkZoneIPs": zone.NetworkZoneIPs, "hierarchy": zone.Hierarchy,
		"applyRules": map[string]any{"sessionType": zone.ApplyRules.SessionType, "userRoles": zone.ApplyRules.UserRoles},
	}, nil)
}

// Places returns the hierarchies of the domain's zones by code.
func (d Domain) Places(t *testing.T) map[string]int {
	t.Helper()
	var zones []ZoneBody
	d.MustCall(t, http.MethodGet, "/networkzones", nil, &zones)
	places := map[string]int{}
	for _, zone := range zones {
		places[zone.Code] = zone.Hierarchy
	}
	return places
}

// CreateToken creates a token behind Terraform's back.
func (d Domain) CreateToken(t *testing.T, name string) (id string) {
	t.Helper()
	var created struct {
		ID string `json:"id"`
	}
	d.MustCall(t, http.MethodPost, "/keys", map[string]string{"displayName": name}, &created)
	return created.ID
}

// Census counts the objects of a domain.
func (d Domain) Census(t *testing.T) map[string]int {
	t.Helper()
	count := func(path string) int {
		var list []any
		d.MustCall(t, http.MethodGet, path, nil, &list)
		return len(list)
	}
	var roles []RoleBody
	d.MustCall(t, http.MethodGet, "/roles", nil, &roles)
	members := 0
	for _, role := range roles {
		members += count("/roles/" + role.ID + "/users")
	}
	var templates struct{ Values []any }
	d.MustCall(t, http.MethodGet, AccessAPI+"/policytemplates", nil, &templates)
	return map[string]int{
		"access policies": count(AccessAPI + "/policies"), "access roles": count(AccessAPI + "/roles"), "access templates": len(templates.Values),
		"applications": count("/applications"), "roles": len(roles), "users": count("/users"), "keys": count("/keys"),
		"members": members, "mcptools": count("/mcptools"), "networkzones": count("/networkzones"), "externaltokenissuers": count("/externaltokenissuers"),
	}
}
