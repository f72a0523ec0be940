package access

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// ResourceID is LUSID's name of an object: a code, unique within its scope. In LUSID's contract it is
// PolicyId, PolicyCollectionId or RoleId.
type ResourceID struct {
	Scope string `json:"scope"`
	Code  string `json:"code"`
}

// UnmarshalJSON reads an id. If LUSID leaves out the scope, it is the default one.
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

// missingCode names the first id of a list that has no code.
func missingCode(list string, ids []ResourceID) string {
	return client.MissingIn(list, ids, func(id ResourceID) string { return client.IfEmpty("code", id.Code) })
}

// String is the scope and the code with a slash between them. Neither can contain a slash.
func (id ResourceID) String() string { return id.Scope + "/" + id.Code }

// isLike reports an id that differs at most in case. LUSID does not document whether it distinguishes them.
func (id ResourceID) isLike(other ResourceID) bool {
	return strings.EqualFold(id.String(), other.String())
}

// setSpelling gives an object that was asked for by an id the spelling of that id. LUSID may find it by
// another spelling than the one it returns.
func (id *ResourceID) setSpelling(asked ResourceID) {
	if id.isLike(asked) {
		*id = asked
	}
}
