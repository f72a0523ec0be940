package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// accessCode is what a code or a scope of the Access API consists of. The contract demands a letter too.
const accessCode = `\w[\w +-]{2,99}`

var (
	accessCodePattern = regexp.MustCompile(`^` + accessCode + `$`)
	accessIDPattern   = regexp.MustCompile(`^` + accessCode + `/` + accessCode + `$`)
	hasLetter         = regexp.MustCompile(`[a-zA-Z]`)
	// hasLetters finds a letter in both halves of an id.
	hasLetters = regexp.MustCompile(`[a-zA-Z].*/.*[a-zA-Z]`)
)

const accessCodeWords = "3 to 100 letters, digits, underscores, spaces, plus signs and hyphens, with at least one letter, and not beginning with a space, a plus sign or a hyphen"

// isAccessCode is the form of a code or a scope of the Access API.
func isAccessCode() []validator.String {
	return []validator.String{
		stringvalidator.RegexMatches(accessCodePattern, "must have "+accessCodeWords),
		stringvalidator.RegexMatches(hasLetter, "must have at least one letter"),
	}
}

// isAccessID is the form of a reference to an object of the Access API.
func isAccessID(noun string) []validator.String { return []validator.String{accessIDValidator{noun}} }

// accessIDValidator refuses what is not scope/code.
type accessIDValidator struct{ noun string }

func (v accessIDValidator) Description(context.Context) string {
	return fmt.Sprintf("must be the id of a %s: scope/code", v.noun)
}

func (v accessIDValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v accessIDValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || isAccessIDText(req.ConfigValue.ValueString()) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.noun+" id", fmt.Sprintf(
		"%q is not the id of a %s. An id is scope/code, such as default/CODE. Its scope and its code each have %s. If Terraform manages the %s, use the id attribute of its resource.",
		req.ConfigValue.ValueString(), v.noun, accessCodeWords, v.noun))
}

// isAccessIDText reports whether a text is scope/code.
func isAccessIDText(text string) bool {
	return accessIDPattern.MatchString(text) && hasLetters.MatchString(text)
}

// notPageCode refuses the one code that LUSID cannot read back: its path is the one of another operation.
type notPageCode struct{ noun string }

func (notPageCode) Description(context.Context) string { return "must not be page" }

func (v notPageCode) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v notPageCode) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if isPageCode(req.ConfigValue.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid code", unreadableCode(v.noun)+" Choose another code.")
	}
}

// isPageCode reports whether LUSID cannot read an object with the code. LUSID may ignore the case of a path.
func isPageCode(code string) bool { return strings.EqualFold(code, "page") }

func unreadableCode(noun string) string {
	return fmt.Sprintf("LUSID cannot read the %s with the code \"page\", in upper or lower case, because another operation has that path.", noun)
}

// accessCodeAttribute is the code of an object of the Access API.
func accessCodeAttribute(noun, more string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{
		Required:            true,
		MarkdownDescription: fmt.Sprintf("Code of the %s, unique in its scope: %s.%s Changing this forces a new %s.", noun, accessCodeWords, more, noun),
		Validators:          append(isAccessCode(), validators...),
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
	}
}

// accessDescriptionAttribute is the description of an object of the Access API.
func accessDescriptionAttribute() schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: "Description, 1024 characters at most.",
		Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(1024)},
	}
}

// accessIDsAttribute are references to objects of the Access API.
func accessIDsAttribute(noun, description string, more ...validator.Set) schema.Attribute {
	return schema.SetAttribute{
		Optional:            true,
		ElementType:         types.StringType,
		MarkdownDescription: description,
		Validators:          append([]validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(isAccessID(noun)...)}, more...),
	}
}

// accessIDAttribute is the id of an object of the Access API.
func accessIDAttribute(noun string) schema.Attribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("`scope/code`. Other resources refer to the %s by this ID.", noun),
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// accessScopeAttribute is the scope of an object of the Access API. LUSID chooses it.
func accessScopeAttribute(noun string) schema.Attribute {
	return schema.StringAttribute{
		Computed:            true,
		MarkdownDescription: fmt.Sprintf("Scope of the %s. LUSID creates every %s in `default`.", noun, noun),
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
}

// accessIdentity is what an object of the Access API is known by, everywhere.
type accessIdentity struct {
	Scope types.String `tfsdk:"scope"`
	Code  types.String `tfsdk:"code"`
}

func newAccessIdentity(id access.ResourceID) accessIdentity {
	return accessIdentity{types.StringValue(id.Scope), types.StringValue(id.Code)}
}

func accessIdentitySchema(noun string) identityschema.Schema {
	return identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"scope": identityschema.StringAttribute{OptionalForImport: true, Description: fmt.Sprintf("Scope of the %s. Default: default.", noun)},
			"code":  identityschema.StringAttribute{RequiredForImport: true, Description: fmt.Sprintf("Code of the %s.", noun)},
		},
	}
}

// toAccessID reads scope/code. A text without a slash is a code in the default scope.
func toAccessID(text string) access.ResourceID {
	if scope, code, ok := strings.Cut(text, "/"); ok {
		return access.ResourceID{Scope: scope, Code: code}
	}
	return access.ResourceID{Scope: access.DefaultScope, Code: text}
}

// toAccessIDs reads a set of ids, in the order of their texts. It is never nil.
func toAccessIDs(set types.Set) []access.ResourceID {
	ids := []access.ResourceID{}
	for _, text := range texts(set) {
		ids = append(ids, toAccessID(text))
	}
	return ids
}

// fromAccessIDs are ids as texts.
func fromAccessIDs(ids []access.ResourceID) []string {
	texts := make([]string, 0, len(ids))
	for _, id := range ids {
		texts = append(texts, id.String())
	}
	return texts
}

// distinctAccessIDs are ids as texts, sorted and each of them once. It is never nil.
func distinctAccessIDs(ids []access.ResourceID) []string { return distinct(fromAccessIDs(ids)) }

// importAccessObject imports by a code, by scope/code, or by an identity.
func (b *resourceBase) importAccessObject(ctx context.Context, noun string, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := toAccessID(req.ID)
	if req.ID == "" && !req.Identity.Raw.IsNull() {
		var identity accessIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id.Code = identity.Code.ValueString()
		if !identity.Scope.IsNull() {
			id.Scope = identity.Scope.ValueString()
		}
	}
	summary := fmt.Sprintf("Unable to import %s %q", noun, id)
	if resp.Diagnostics.HasError() || !b.requireClient(summary, &resp.Diagnostics) {
		return
	}
	if !isAccessIDText(id.String()) {
		resp.Diagnostics.AddError(summary, fmt.Sprintf("Give the code of the %s, or scope/code if its scope is not %s. A scope and a code each have %s.",
			noun, access.DefaultScope, accessCodeWords))
		return
	}
	if isPageCode(id.Code) && (noun == accessPolicyNoun || noun == accessPolicyCollectionNoun) {
		resp.Diagnostics.AddError(summary, fmt.Sprintf("%s Terraform cannot manage it. Create an %s with the same content and another code instead.", unreadableCode(noun), noun))
		return
	}
	b.saveImported(ctx, resp, newAccessIdentity(id), map[string]any{"id": id.String(), "scope": id.Scope, "code": id.Code})
}
