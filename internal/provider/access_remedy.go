package provider

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// accessRemedies are the next steps after LUSID's error codes for the Access API. A create that meets a code
// which is taken explains that itself.
var accessRemedies = map[int]string{
	604: "A policy collection does not exist. Refer to it by the id of its resource, so that Terraform creates it first.",
	605: "The licence does not exist. LUSID manages licences itself: ask LUSID's support.",
	607: "An action for delegated administration needs a selector of the kind policy, with identity_restriction and restriction_selectors.",
	608: "A selector does not fit the entity of its actions. The data source lusid_access_controlled_resources lists the parts of the identifier of each entity.",
	609: "This role cannot have policies of that scope. Use policies of the scope default.",
	610: "This role cannot have policies of that type. LUSID manages policies of the type Licence itself: remove them.",
	611: "An action on policies needs a selector of the kind policy. Use policy in place of id, match_all or metadata.",
	614: "This role cannot have licences: remove them.",
	616: "The user does not exist. An id is the one that LUSID gave the user, not a login or an e-mail address: " + findUserID + ".",
	772: "A policy does not exist. Refer to it by the id of its resource, so that Terraform creates it first.",
	878: "A policy template does not exist. Check its scope and code.",
}

// accessBlamed are the attributes that LUSID's error codes are about, by what messages call the object.
var accessBlamed = map[string]map[int]string{
	accessAttachmentNoun:       {604: "policy_collection_id"},
	accessPolicyCollectionNoun: {604: "policy_collections", 772: "policies"},
	accessPolicyNoun:           {607: "selectors", 608: "selectors", 611: "selectors"},
	accessRoleNoun:             {604: "policy_collections", 609: "policies", 610: "policies", 772: "policies"},
	accessTemplateNoun:         {607: "templated_selectors", 608: "templated_selectors", 611: "templated_selectors"},
	accessUserRoleNoun:         {604: "policy_collections", 609: "policies", 610: "policies", 616: "user_id", 772: "policies"},
}

// missingReference says what kind of object LUSID did not find to which a request referred. It is empty for other errors.
func missingReference(err error) string {
	refused, ok := errors.AsType[*client.Error](err)
	switch {
	case !ok:
		return ""
	case refused.Code == 604:
		return "policy collection"
	case refused.Code == 772:
		return "policy"
	}
	return ""
}

// isSupervisedRoleRefused reports whether LUSID refused a role among those that a role supervises. LUSID has no error code
// for a role that does not exist, so the path of the field decides.
func isSupervisedRoleRefused(e *client.Error) bool {
	for field := range e.FieldErrors {
		if strings.Contains(strings.ToLower(field), "nontransitivesupervisorroleresource") {
			return true
		}
	}
	return false
}

// codeInsufficientPermissions and codeAccessDenied say that the caller lacks a right.
const (
	codeInsufficientPermissions = 606
	codeAccessDenied            = 186
)

// lusidScope is the scope of the object whose change LUSID refused, if the object came with LUSID. It is empty for other
// errors.
func lusidScope(e *client.Error) string {
	target, err := url.Parse(e.URL)
	if err != nil || e.Method == http.MethodGet || !strings.HasPrefix(e.Operation, "access.") || e.StatusCode != http.StatusForbidden && !isRightLacking(e) {
		return ""
	}
	scope := target.Query().Get("scope")
	if _, role, ok := strings.Cut(target.Path, "/roles/"); ok && scope == "" {
		scope, _, _ = strings.Cut(role, "/") // The path of an attachment: roles/{scope}/{code}/policycollections.
	}
	if scope == access.DefaultScope {
		return ""
	}
	return scope
}

// inLUSIDScope says why LUSID refuses to change an object, and what to do.
func inLUSIDScope(scope string) string {
	return fmt.Sprintf("The object is in the scope %s. Objects outside the scope default come with LUSID, which may refuse to change them for every user. "+
		"If Terraform manages the object, replace its resource block with a removed block that has lifecycle { destroy = false }, or run terraform state rm. "+
		"Terraform then forgets the object, and LUSID keeps it.", scope)
}

// warnLUSIDScope warns of a change to an object that came with LUSID. Only the apply would show that LUSID refuses it.
func warnLUSIDScope(noun string, id access.ResourceID, diags *diag.Diagnostics) {
	if id.Scope != access.DefaultScope && id.Scope != "" {
		diags.AddWarning(fmt.Sprintf("LUSID may refuse to change the %s %s", noun, id), inLUSIDScope(id.Scope))
	}
}

// codeTemplateUnknown says that a policy template does not exist.
const codeTemplateUnknown = 878

// isRightLacking reports whether LUSID refused a request because the caller lacks a right. The Access API documents the code
// but no status.
func isRightLacking(e *client.Error) bool {
	return e.Code == codeInsufficientPermissions || e.Code == codeAccessDenied
}

// accessRemedy is the next step after a refusal of the Access API, if there is one in particular.
func accessRemedy(e *client.Error) string {
	if !strings.HasPrefix(e.Operation, "access.") {
		return ""
	}
	if e.Method == http.MethodGet && (e.Code == 604 || e.Code == 772 || e.Operation == "access.GetRole" && client.IsNotFound(e)) {
		return "Check the scope and the code." // The object itself is missing, and not one that it refers to.
	}
	if isSupervisedRoleRefused(e) {
		return "A role in supervised_roles does not exist, or no role can supervise it. Refer to it by the id of its resource, so that Terraform creates it first."
	}
	return accessRemedies[e.Code]
}
