package provider

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

func claimMappingsAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		Computed: true,
		MarkdownDescription: "Where LUSID takes the fields of a user from. Each value is the name of a claim of the token, such as `email`. " +
			"A value inside a second pair of double quotes, such as `\"\\\"Service\\\"\"`, is a constant that is the same for every token. " +
			"If you don't set this, a new issuer gets LUSID's defaults, and an existing issuer keeps its mappings.",
		Attributes:    claimMappingsAttributes(),
		PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
	}
}

func claimMappingsAttributes() map[string]schema.Attribute {
	required := func(description string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{Required: true, MarkdownDescription: description, Validators: append(validators, claimMapping{})}
	}
	return map[string]schema.Attribute{
		"user_id":    required("ID that is unique to the user."),
		"login":      required("Login, in the form of an e-mail address. A constant in double quotes maps every token of the issuer to that one user."),
		"email":      required("E-mail address. It is the login, unless the user is a `Service` user."),
		"first_name": required("First name."),
		"last_name":  required("Last name."),
		"user_type": required("Type of the user: the name of a claim with the value `Personal` or `Service`, or one of the constants `\"\\\"Personal\\\"\"` and `\"\\\"Service\\\"\"`.",
			userTypeMapping{}),
		"groups": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Groups, which LUSID maps to roles: the name of a claim. A constant in double quotes is not allowed.",
			Validators:          []validator.String{claimMapping{namesOnly: true}},
		},
	}
}

var claimMappingsType = objectTypeOf(claimMappingsAttributes())

type claimMappingsModel struct {
	UserID    types.String `tfsdk:"user_id"`
	Login     types.String `tfsdk:"login"`
	Email     types.String `tfsdk:"email"`
	FirstName types.String `tfsdk:"first_name"`
	LastName  types.String `tfsdk:"last_name"`
	UserType  types.String `tfsdk:"user_type"`
	Groups    types.String `tfsdk:"groups"`
}

// claimMappingsToAPI returns nil for a null or unknown object.
func claimMappingsToAPI(ctx context.Context, object types.Object) (*identity.ClaimMappings, diag.Diagnostics) {
	if object.IsNull() || object.IsUnknown() {
		return nil, nil
	}
	var m claimMappingsModel
	diags := object.As(ctx, &m, basetypes.ObjectAsOptions{})
	return &identity.ClaimMappings{
		UserID:    m.UserID.ValueString(),
		Login:     m.Login.ValueString(),
		Email:     m.Email.ValueString(),
		FirstName: m.FirstName.ValueString(),
		LastName:  m.LastName.ValueString(),
		UserType:  m.UserType.ValueString(),
		Groups:    m.Groups.ValueString(),
	}, diags
}

// claimMappingsFromAPI returns null if LUSID has no mappings.
func claimMappingsFromAPI(ctx context.Context, mappings *identity.ClaimMappings) (types.Object, diag.Diagnostics) {
	if mappings == nil || *mappings == (identity.ClaimMappings{}) {
		return types.ObjectNull(claimMappingsType.AttrTypes), nil
	}
	return types.ObjectValueFrom(ctx, claimMappingsType.AttrTypes, claimMappingsModel{
		UserID:    stringOrNull(mappings.UserID),
		Login:     stringOrNull(mappings.Login),
		Email:     stringOrNull(mappings.Email),
		FirstName: stringOrNull(mappings.FirstName),
		LastName:  stringOrNull(mappings.LastName),
		UserType:  stringOrNull(mappings.UserType),
		Groups:    stringOrNull(mappings.Groups),
	})
}

// literalClaim returns the constant inside a mapping in double quotes.
func literalClaim(mapping string) (value string, ok bool) {
	if len(mapping) < 2 || !strings.HasPrefix(mapping, `"`) || !strings.HasSuffix(mapping, `"`) {
		return "", false
	}
	return mapping[1 : len(mapping)-1], true
}

// claimMapping accepts the name of a claim. Unless namesOnly is set, it also accepts a constant in
// double quotes.
type claimMapping struct{ namesOnly bool }

func (v claimMapping) Description(context.Context) string {
	if v.namesOnly {
		return "must be the name of a claim"
	}
	return "must be the name of a claim, or a value in double quotes"
}

func (v claimMapping) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v claimMapping) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	mapping := req.ConfigValue.ValueString()
	text, isLiteral := literalClaim(mapping)
	if !isLiteral {
		text = mapping
	}
	var wrong string
	switch {
	case isLiteral && v.namesOnly:
		wrong = "LUSID does not accept a constant in double quotes here. Use the name of the claim that contains the groups."
	case strings.Contains(text, `"`):
		wrong = "A constant begins and ends with a double quote, and has none in between. The name of a claim has no double quote. " +
			"In a configuration, write a constant as \"\\\"Service\\\"\"."
	case strings.TrimSpace(text) == "":
		wrong = "It is empty. Set the name of a claim. If the attribute is optional, you can remove it."
	default:
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid claim mapping", fmt.Sprintf("%s cannot be used. %s", mapping, wrong))
}

// userTypeMapping checks that a constant is a valid user type.
type userTypeMapping struct{}

func (userTypeMapping) Description(context.Context) string {
	return `must be the name of a claim, or Personal or Service in double quotes`
}

func (v userTypeMapping) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (userTypeMapping) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	isType := func(text string) bool { return text == identity.UserTypePersonal || text == identity.UserTypeService }
	mapping := req.ConfigValue.ValueString()
	text, isLiteral := literalClaim(mapping)
	switch {
	case isLiteral && text != "" && !strings.Contains(text, `"`) && !isType(text):
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid claim mapping",
			fmt.Sprintf("The type of a user is Personal or Service, not %s.", text))
	case isType(mapping):
		resp.Diagnostics.AddAttributeWarning(req.Path, "This is the name of a claim", fmt.Sprintf(
			"LUSID will look for a claim with the name %[1]s. To give every user the type %[1]s, put the value inside a second pair of double quotes: user_type = \"\\\"%[1]s\\\"\".", mapping))
	}
}

// absoluteURI checks that a text is an absolute URI.
type absoluteURI struct{}

func (absoluteURI) Description(context.Context) string {
	return "must be a URI, such as https://acme.com/bye"
}

func (v absoluteURI) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v absoluteURI) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	u, err := url.Parse(req.ConfigValue.ValueString())
	if err != nil || !u.IsAbs() || u.Host == "" && u.Opaque == "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid URI", fmt.Sprintf("%q %s.", req.ConfigValue.ValueString(), v.Description(ctx)))
	}
}
