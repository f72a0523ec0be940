package mockserver

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver/entitlement"
)

const (
	codeInsufficientPermissions = 606
	codeInvalidPageToken        = 689

	// defaultPageSize is the number of policies on a page if the request sets no limit.
	defaultPageSize = 2000
)

// access has the objects of the Access service. The keys of its tables are scope/code, or the ID of a user.
type access struct {
	policies    *table[accessPolicy]
	collections *table[accessPolicyCollection]
	roles       *table[accessRole]
	userRoles   *table[accessUserRole]
	templates   *table[accessPolicyTemplate]
}

// newAccess panics if the defaults or the seed are refused. Otherwise a user would have other rights than
// the test expects, which is hard to notice.
func newAccess(options Options) *access {
	a, err := seedAccess(options)
	if err != nil {
		panic("mockserver: seed: " + err.Error())
	}
	return a
}

// seedAccess returns the objects of a new domain.
func seedAccess(options Options) (*access, error) {
	a := &access{
		policies:    newTable[accessPolicy](options.ListLag),
		collections: newTable[accessPolicyCollection](options.ListLag),
		roles:       newTable[accessRole](options.ListLag),
		userRoles:   newTable[accessUserRole](options.ListLag),
		templates:   newTable[accessPolicyTemplate](options.ListLag),
	}
	err := a.addDefaults()
	if err == nil {
		err = a.addSeed(options.Seed)
	}
	a.policies.settle()
	a.collections.settle()
	a.roles.settle()
	a.userRoles.settle()
	return a, err
}

// addSeed creates the objects of a seed, in an order in which each can refer to earlier ones.
func (a *access) addSeed(seed Seed) error {
	err := addDocuments("policies", "PolicyCreationRequest", seed.Policies, accessPolicies{a}.add)
	if err == nil {
		err = addDocuments("policyCollections", "PolicyCollectionCreationRequest", seed.PolicyCollections, accessPolicyCollections{a}.add)
	}
	if err == nil {
		err = addDocuments("accessRoles", "RoleCreationRequest", seed.AccessRoles, accessRoles{a}.add)
	}
	if err == nil {
		err = addDocuments("policyTemplates", "PolicyTemplateCreationRequest", seed.PolicyTemplates, accessPolicyTemplates{a}.add)
	}
	if err == nil {
		err = addDocuments("userRoles", "UserRoleCreationRequest", seed.UserRoles, accessUserRoles{access: a}.add)
	}
	return err
}

// addDocuments adds documents for which the contract has a schema. An error names the document that is
// refused.
func addDocuments[T any](field, schema string, documents []json.RawMessage, add func(T) (any, error)) error {
	for i, document := range documents {
		err := accessContract().checkSchema(schema, document)
		var request T
		if err == nil {
			err = json.Unmarshal(document, &request)
		}
		if err == nil {
			_, err = add(request)
		}
		if refused := new(problem); errors.As(err, &refused) {
			err = errors.New(refused.detail)
		}
		if err != nil {
			return fmt.Errorf("%s[%d]: %w", field, i, err)
		}
	}
	return nil
}

// accessID returns the scope and the code in the path of a request.
//
// Unverified: access/policy-code-escaped.
func accessID(c *call) entitlement.ID {
	return entitlement.ID{
		Scope: cmp.Or(c.params["scope"], c.query.Get("scope"), defaultScope),
		Code:  c.params["code"],
	}
}

// mayChange returns the *problem for a change of an object in one of LUSID's own scopes.
func mayChange(id entitlement.ID) error {
	if id.Scope == defaultScope {
		return nil
	}
	return &problem{
		status: http.StatusForbidden, code: codeInsufficientPermissions,
		detail: fmt.Sprintf("%q is in a scope of LUSID's, and can't be changed.", id.String()),
	}
}

// codeExists returns the *problem for a code that another object has. LUSID doesn't document its status.
//
// Unverified: access/policy-duplicate, access/policy-collection-duplicate, access/role-duplicate.
// Unverified: access/policy-template-duplicate.
func codeExists(code int, what string, id entitlement.ID) *problem {
	return &problem{status: http.StatusBadRequest, code: code, detail: fmt.Sprintf("The %s %q already exists.", what, id.String())}
}

// invalidField returns the *problem for one field of a request.
func invalidField(code int, field, message string) *problem {
	return &problem{status: http.StatusBadRequest, code: code, detail: message, errors: map[string][]string{field: {message}}}
}

// checkResource adds the default scope to the references of a resource and removes duplicates. It returns a
// *problem for a reference to an object that doesn't exist.
func (a *access) checkResource(resource *entitlement.PolicyIDRoleResource) error {
	var err error
	if resource.Policies, err = references(a.policies, codePolicyDoesNotExist, "policies", "policy", resource.Policies); err != nil {
		return err
	}
	resource.PolicyCollections, err = references(a.collections, codePolicyCollectionDoesNotExist, "policyCollections", "policy collection",
		resource.PolicyCollections)
	return err
}

// references returns the IDs with a scope and without duplicates. An ID in the body that doesn't exist is a
// 400. An object in the path that doesn't exist is a 404.
//
// Unverified: access/role-missing-policy, access/policy-collection-missing-policy.
func references[T any](objects *table[T], code int, field, what string, ids []entitlement.ID) ([]entitlement.ID, error) {
	checked := []entitlement.ID{}
	for i, id := range ids {
		id.Scope = cmp.Or(id.Scope, defaultScope)
		if _, ok := objects.get(id.String()); !ok {
			return nil, invalidField(code, fmt.Sprintf("%s.%d", field, i), fmt.Sprintf("The %s %q does not exist.", what, id.String()))
		}
		if !slices.Contains(checked, id) {
			checked = append(checked, id)
		}
	}
	return checked, nil
}

// resourceList is LUSID's list of objects with pages.
type resourceList[T any] struct {
	Values       []T     `json:"values"`
	Href         string  `json:"href"`
	NextPage     *string `json:"nextPage"`
	PreviousPage *string `json:"previousPage"`
}

// pageOf returns the page of a list that the query requests.
func pageOf[T any](c *call, values []T) (any, error) {
	if err := refuseParameters(c, "filter", "sortBy", "asAt"); err != nil {
		return nil, err
	}
	limit := defaultPageSize
	if n, err := strconv.Atoi(c.query.Get("limit")); err == nil && n > 0 {
		limit = n
	}
	start := 0
	if token := c.query.Get("page"); token != "" {
		var err error
		if start, err = readPageToken(token); err != nil {
			return nil, err
		}
	}
	start = min(start, len(values))
	end := min(start+limit, len(values))
	list := resourceList[T]{Values: values[start:end], Href: c.base + c.request.URL.Path}
	if end < len(values) {
		list.NextPage = newPageToken(end)
	}
	if start > 0 {
		list.PreviousPage = newPageToken(max(0, start-limit))
	}
	return list, nil
}

const pagePrefix = "lusid-mock:"

func newPageToken(start int) *string {
	token := base64.StdEncoding.EncodeToString([]byte(pagePrefix + strconv.Itoa(start)))
	return &token
}

func readPageToken(token string) (int, error) {
	decoded, err := base64.StdEncoding.DecodeString(token)
	if err == nil {
		text, ok := strings.CutPrefix(string(decoded), pagePrefix)
		if start, err := strconv.Atoi(text); ok && err == nil && start >= 0 {
			return start, nil
		}
	}
	return 0, invalidField(codeInvalidPageToken, "page", "The page token is not one of this list.")
}

// refuseParameters returns the *problem for a query parameter that the mock doesn't implement. If the mock
// ignored it, the response would be wrong, which is hard to notice.
func refuseParameters(c *call, names ...string) error {
	for _, name := range names {
		if c.query.Get(name) != "" {
			return &problem{
				status: http.StatusNotImplemented, code: codeUnknown,
				detail: fmt.Sprintf("lusid-mock does not implement the query parameter %q.", name),
			}
		}
	}
	return nil
}

// bodies returns the bodies of rows.
func bodies[T interface{ body() B }, B any](rows []T) []B {
	list := make([]B, 0, len(rows))
	for _, row := range rows {
		list = append(list, row.body())
	}
	return list
}

// inScope returns the rows whose scope is the given one.
func inScope[T interface{ scope() string }](rows []T, scope string) []T {
	return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return row.scope() != scope })
}
