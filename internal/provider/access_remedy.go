package provider

import (
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// accessRemedies are the next steps after LUSID's error codes for the Access API. A create that meets a code
// which is taken explains that itself.
var accessRemedies = map[int]string{
	604: "A policy collection does not exist. Refer to it by the id of its resource, so that Terraform creates it first.",
	605: "LUSID knows no such licence. Licences are LUSID's own: ask LUSID's support.",
	607: "An action on policies, for delegated administration, needs a policy selector: use the kind policy, with identity_restriction and restriction_selectors.",
	608: "A selector does not fit the kind of thing in its actions. LUSID's operation ListAccessControlledResources lists which parts the identifier of each kind of thing has.",
	609: "A role of this kind cannot have policies of that scope. Use policies of the scope default.",
	610: "A role of this kind cannot have policies of that type. Policies of the type Licence are LUSID's own: remove them.",
	611: "An action on policies needs a policy selector: use the kind policy in place of id, match_all or metadata.",
	614: "A role of this kind takes no licences: remove them.",
	616: "The user does not exist. An id is the one that LUSID gave the user, not a login or an e-mail address: " + findUserID + ".",
	772: "A policy does not exist. Refer to it by the id of its resource, so that Terraform creates it first.",
	878: "A policy template does not exist. Refer to it by the id of its resource, so that Terraform creates it first.",
}

// codeInsufficientPermissions and codeAccessDenied say that the caller lacks a right.
const (
	codeInsufficientPermissions = 606
	codeAccessDenied            = 186
)

// isRightLacking reports a refusal for want of a right. The Access API documents the code but no status.
func isRightLacking(e *client.Error) bool {
	return e.Code == codeInsufficientPermissions || e.Code == codeAccessDenied
}

// accessRemedy is the next step after a refusal of the Access API, if there is one in particular.
func accessRemedy(e *client.Error) string {
	if !strings.HasPrefix(e.Operation, "access.") {
		return ""
	}
	return accessRemedies[e.Code]
}
