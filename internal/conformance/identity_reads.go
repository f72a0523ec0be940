package conformance

import (
	"context"
	"slices"
	"strings"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

const (
	contract = "LUSID's published contract"
	noSource = "not documented"
)

// LUSID's error codes.
const (
	codeDuplicate    = 144
	codeTooManyKeys  = 238
	codeKeyGone      = 239
	codeUserGone     = 657
	codeUserTaken    = 658
	codeKeyNameTaken = 659
	codeRoleGone     = 660
	codeAppGone      = 662
	codeUserDeleted  = 705
	// codeWrongSignIn refuses a request because of the way in which the user signed in.
	codeWrongSignIn = 785
)

// identityAPI returns the Identity API without not-found codes, because the checks test the codes.
func identityAPI(c *client.Client) *client.API { return c.API("identity", "identity/api") }

var identityReadChecks = []Check{
	{
		API: "identity", Name: "applications-list-secret",
		Statement: "The list of applications contains no secrets.",
		Source:    noSource + "; LUSID's example of a response contains one",
		Assumed:   "The provider never uses a secret from a list. The mock's list contains none.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, applications)
			if !list.ok() {
				return list.unable("list applications")
			}
			all := list.list()
			if len(all) == 0 {
				return couldNotTell("the domain has no application")
			}
			with := countOf(all, func(app map[string]any) bool { return text(app, "secret") != "" })
			return decide(with == 0, "%d of %d applications have a secret", with, len(all))
		},
	},
	{
		API: "identity", Name: "application-read-secret",
		Statement: "A read of an application without includeSecret returns no secret.",
		Source:    noSource + "; LUSID's example of a response contains one",
		Assumed:   "The provider requests the secret only if it needs it. The mock returns the secret only if the request has includeSecret.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, applications)
			all := list.list()
			if len(all) == 0 {
				return list.unable("find an application in the list")
			}
			a := d.read(ctx, d.identity.Get("GetApplication", "applications", text(all[0], "id")))
			if !a.ok() {
				return a.unable("read an application")
			}
			return decide(text(a.object(), "secret") == "", "%s", hasField(a, "secret"))
		},
	},
	{
		API: "identity", Name: "application-issuer",
		Statement: "The issuer of an application does not end in /v1/token.",
		Source:    "KA-01658 calls it the token URL; Okta's issuers do not have this ending",
		Assumed:   "The provider accepts both. The mock's issuer does not have the ending.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, applications)
			all := list.list()
			if len(all) == 0 {
				return list.unable("find an application in the list")
			}
			with := countOf(all, func(app map[string]any) bool { return strings.HasSuffix(text(app, "issuer"), "/v1/token") })
			without := countOf(all, func(app map[string]any) bool { return text(app, "issuer") == "" })
			if without == len(all) {
				return couldNotTell("no application in the list has an issuer")
			}
			return decide(with == 0, "%d of %d issuers end in /v1/token, and %d are missing", with, len(all), without)
		},
	},
	missing("application-missing", applications, "GetApplication", missingID),
	missing("role-missing", roles, "GetRole", missingID),
	missing("user-missing", users, "GetUser", missingID),
	missing("network-zone-missing", zones, "GetNetworkZone", missingID),
	missing("external-token-issuer-missing", issuers, "GetExternalTokenIssuer", missingID),
	missing("mcp-tool-missing", tools, "GetMcpTool", missingID, missingID),
	{
		API: "identity", Name: "users-list-roles",
		Statement: "The list of users does not contain the roles of a user.",
		Source:    noSource + "; the parameter includeRoles is documented only for the read of a single user",
		Assumed:   "The provider reads memberships from the lists of roles. The mock's list of users contains no roles.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, users)
			all := list.list()
			if len(all) == 0 {
				return list.unable("list users")
			}
			with := countOf(all, func(user map[string]any) bool { roles, _ := user["roles"].([]any); return len(roles) > 0 })
			return decide(with == 0, "%d of %d users have roles", with, len(all))
		},
	},
	{
		API: "identity", Name: "user-statuses",
		Statement: "The status of a user is one of PROVISIONED, ACTIVE, RECOVERY, PASSWORD_EXPIRED, LOCKED_OUT, SUSPENDED and DEPROVISIONED.",
		Source:    "LUSID documents the first two; the others are Okta's",
		Assumed:   "For the provider, a user with the status DEPROVISIONED or DELETED is deleted, and any other user is not. It warns of LOCKED_OUT, SUSPENDED and PASSWORD_EXPIRED. The mock has these seven statuses.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, users)
			all := list.list()
			if len(all) == 0 {
				return list.unable("list users")
			}
			return words(all, "status", "PROVISIONED", "ACTIVE", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT", "SUSPENDED", "DEPROVISIONED")
		},
	},
	{
		API: "identity", Name: "user-types",
		Statement: "LUSID returns the user types as Personal and Service.",
		Source:    "KA-01906; whether a response has the case of the request: " + noSource,
		Assumed:   "The provider ignores the case of user types. The mock returns them like this.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, users)
			all := list.list()
			if len(all) == 0 {
				return list.unable("list users")
			}
			return words(all, "type", identity.UserTypePersonal, identity.UserTypeService)
		},
	},
	{
		API: "identity", Name: "login-case",
		Statement: "LUSID ignores the case of a login when it finds a user.",
		Source:    noSource,
		Assumed:   "The provider ignores the case of logins. The mock finds the user.",
		run: func(ctx context.Context, d *domain) Finding {
			list := d.listOnce(ctx, users)
			all := list.list()
			i := slices.IndexFunc(all, func(user map[string]any) bool {
				login := text(user, "login")
				return otherCase(login) != login && text(user, "status") == "ACTIVE"
			})
			if i < 0 {
				return list.unable("find an active user in the list")
			}
			from := func(login string) answer {
				return d.read(ctx, d.identity.Get("GetUserFromLogin", "users", "fromlogin", login))
			}
			login := text(all[i], "login")
			a := from(otherCase(login))
			if !a.isConclusive() {
				return a.unable("read a user by the login")
			}
			if !a.ok() {
				// This response is conclusive only if LUSID finds the user by the login in the list.
				if control := from(login); !control.ok() {
					return control.unable("read a user by the login in the list")
				}
			}
			return decide(a.ok() && text(a.object(), "id") == text(all[i], "id"), "%s", a)
		},
	},
	{
		API: "identity", Name: "password-policy-user-type-case",
		Statement: "LUSID accepts the user type of a password policy in lower case and with a capital letter.",
		Source:    "an article uses Personal, and the SDKs document personal",
		Assumed:   "The provider sends lower case. The mock accepts any case.",
		run: func(ctx context.Context, d *domain) Finding {
			lower := d.read(ctx, d.identity.Get("GetPasswordPolicy", "authentication", "password-policy", "personal"))
			if !lower.isConclusive() {
				return lower.unable("read a password policy")
			}
			capital := d.read(ctx, d.identity.Get("GetPasswordPolicy", "authentication", "password-policy", "Personal"))
			if !capital.isConclusive() {
				return capital.unable("read a password policy")
			}
			if !lower.ok() && !capital.ok() {
				return lower.unable("read a password policy")
			}
			return decide(lower.ok() && capital.ok(), "personal: %s; Personal: %s", lower, capital)
		},
	},
}

// identityHeaderChecks check all responses of the run.
var identityHeaderChecks = []Check{
	{
		API: "identity", Name: "request-id-header",
		Statement: "Every response has the header lusid-meta-requestid.",
		Source:    "LUSID's SDKs; one of them reads identity-meta-requestid",
		Assumed:   "The provider reads both headers, and shows the ID in errors. The mock sends lusid-meta-requestid.",
		run: func(_ context.Context, d *domain) Finding {
			if d.answers == 0 {
				return couldNotTell("the run got no response from LUSID")
			}
			return decide(d.withRequestID == d.answers, "%d of %d responses have the header", d.withRequestID, d.answers)
		},
	},
	{
		API: "identity", Name: "rate-limit-retry-after",
		Statement: "Every response with status 429 has the header Retry-After.",
		Source:    noSource,
		Assumed:   "The provider waits for the time in the header. Without the header, it waits for a time that it chooses. The mock sends the header.",
		run: func(_ context.Context, d *domain) Finding {
			if d.rateLimited == 0 {
				return couldNotTell("the run got no response with status 429, and never causes one")
			}
			return decide(d.withRetryAfter == d.rateLimited, "%d of %d responses have the header", d.withRetryAfter, d.rateLimited)
		},
	},
}
