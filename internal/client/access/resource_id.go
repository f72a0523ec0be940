package access

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// ResourceID identifies an object by its code, which is unique within its scope. In LUSID's contract it is
// PolicyId, PolicyCollectionId or RoleId.
type ResourceID struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
}

// UnmarshalJSON decodes an ID. If LUSID leaves out the scope, it is the default scope.
func (id *ResourceID) UnmarshalJSON(data []byte) error {
	type plain ResourceID
	if err := json.Unmarshal(data, (*plain)(id)); err != nil {
		return err
	}
	if id.Code != "" {
		id.Scope = cmp.Or(id.Scope, DefaultScope)
	}
	return nil
}

// missingCode returns the path of the first ID in a list that has no code.
func missingCode(list string, ids []ResourceID) string {
	return client.MissingIn(list, ids, func(id ResourceID) string { return client.IfEmpty("code", id.Code) })
}

// String returns the scope and the code, separated by a slash. Neither can contain a slash.
func (id ResourceID) String() string { return id.Scope + "/" + id.Code }

// isLike reports whether two IDs are equal except for case. LUSID does not document whether IDs are
// case-sensitive.
//
// Unverified: access/policy-code-case.
func (id ResourceID) isLike(other ResourceID) bool {
	return strings.EqualFold(id.String(), other.String())
}
