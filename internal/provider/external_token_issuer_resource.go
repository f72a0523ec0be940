package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

var (
	_ resource.Resource                = (*externalTokenIssuerResource)(nil)
	_ resource.ResourceWithConfigure   = (*externalTokenIssuerResource)(nil)
	_ resource.ResourceWithIdentity    = (*externalTokenIssuerResource)(nil)
	_ resource.ResourceWithImportState = (*externalTokenIssuerResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*externalTokenIssuerResource)(nil)
)

// externalTokenIssuerResource is an identity provider whose tokens LUSID accepts. Its code is
// immutable, and is its import ID.
type externalTokenIssuerResource struct{ resourceBase }

// NewExternalTokenIssuerResource returns the resource lusid_external_token_issuer.
func NewExternalTokenIssuerResource() resource.Resource { return &externalTokenIssuerResource{} }

func (r *externalTokenIssuerResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_external_token_issuer"
}

func (r *externalTokenIssuerResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An identity provider, such as a CI system, whose tokens LUSID accepts as access tokens. " +
			"A domain can have at most five, and FINBOURNE must enable the feature.\n\n" +
			"~> LUSID accepts every token with this issuer and audience. If somebody can get such a token and can choose the claims that " +
			"`login` and `user_id` are mapped to, they can sign in as any user.",
		Attributes: map[string]schema.Attribute{
			"code": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Code, unique in the domain: 1 to 64 letters, digits, hyphens and underscores. Changing this forces a new issuer.",
				Validators: []validator.String{stringvalidator.RegexMatches(idPattern,
					"must have 1 to 64 letters, digits, hyphens and underscores")},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"issuer": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Value that the `iss` claim of a token must have, such as `https://gitlab.acme.com`: 500 characters at most. " +
					"The combination of `issuer` and `audience` is unique in the domain.",
				Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 500)},
			},
			"audience": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Value that the `aud` claim of a token must have: 500 characters at most.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 500)},
			},
			"logout_url": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "URI that LUSID redirects users to when they sign out: 16384 characters at most.",
				Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(16384), absoluteURI{}},
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Description.",
			},
			"claim_mappings": claimMappingsAttribute(),
			"timeouts":       timeoutsAttribute(ctx),
		},
	}
}

func (r *externalTokenIssuerResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"code": identityschema.StringAttribute{RequiredForImport: true, Description: "Code of the issuer."},
		},
	}
}

type externalTokenIssuerModel struct {
	Code          types.String   `tfsdk:"code"`
	Issuer        types.String   `tfsdk:"issuer"`
	Audience      types.String   `tfsdk:"audience"`
	LogoutURL     types.String   `tfsdk:"logout_url"`
	Description   types.String   `tfsdk:"description"`
	ClaimMappings types.Object   `tfsdk:"claim_mappings"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

// toUpdate returns the whole issuer, because LUSID does not document whether it clears or keeps
// omitted fields.
//
// Unverified: identity/external-token-issuer-update-keeps.
func (m *externalTokenIssuerModel) toUpdate(ctx context.Context) (identity.UpdateExternalTokenIssuerRequest, diag.Diagnostics) {
	mappings, diags := claimMappingsToAPI(ctx, m.ClaimMappings)
	return identity.UpdateExternalTokenIssuerRequest{
		Issuer:        m.Issuer.ValueString(),
		Audience:      m.Audience.ValueString(),
		LogoutURL:     m.LogoutURL.ValueString(),
		Description:   m.Description.ValueString(),
		ClaimMappings: mappings,
	}, diags
}

func (m *externalTokenIssuerModel) fromAPI(ctx context.Context, issuer *identity.ExternalTokenIssuerResponse) diag.Diagnostics {
	m.Code = sameFold(m.Code, issuer.Code)
	m.Issuer = stringOrNull(issuer.Issuer)
	m.Audience = stringOrNull(issuer.Audience)
	m.LogoutURL = stringOrNull(issuer.LogoutURL)
	m.Description = optionalString(m.Description, issuer.Description)
	var diags diag.Diagnostics
	m.ClaimMappings, diags = claimMappingsFromAPI(ctx, issuer.ClaimMappings)
	return diags
}

func (r *externalTokenIssuerResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan externalTokenIssuerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	const summary = "Unable to create external token issuer"
	ctx, cancel := r.begin(ctx, summary, nil, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	update, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	owner, diags := becomeOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	issuer := r.create(ctx, identity.CreateExternalTokenIssuerRequest{
		Code:                             plan.Code.ValueString(),
		UpdateExternalTokenIssuerRequest: update,
	}, owner, &resp.Diagnostics)
	if issuer == nil {
		return
	}
	// Terraform requires the planned values after an apply. The next refresh shows any difference.
	if plan.ClaimMappings.IsUnknown() {
		plan.ClaimMappings, diags = claimMappingsFromAPI(ctx, issuer.ClaimMappings)
		resp.Diagnostics.Append(diags...)
	}
	r.saveCreated(ctx, resp, plan, codeIdentity{plan.Code})
}

// create creates an issuer, or finds the one that an earlier attempt created if its response was lost.
// It returns nil after an error.
func (r *externalTokenIssuerResource) create(ctx context.Context, request identity.CreateExternalTokenIssuerRequest, owner string, diags *diag.Diagnostics) *identity.ExternalTokenIssuerResponse {
	trusts := func(i *identity.ExternalTokenIssuerResponse) bool {
		return i.Issuer == request.Issuer && i.Audience == request.Audience
	}
	creation := creation[identity.ExternalTokenIssuerResponse]{
		existing: r.existingOf("external token issuer"),
		list:     r.identity.ListExternalTokenIssuers,
		create: func(ctx context.Context) (*identity.ExternalTokenIssuerResponse, error) {
			return r.identity.CreateExternalTokenIssuer(ctx, request)
		},
		id: func(i *identity.ExternalTokenIssuerResponse) string { return i.Code },
		holds: func(i *identity.ExternalTokenIssuerResponse) bool {
			return i.Code == request.Code || trusts(i)
		},
		isSame: func(i *identity.ExternalTokenIssuerResponse) bool {
			return i.Code == request.Code && trusts(i) && i.LogoutURL == request.LogoutURL && i.Description == request.Description &&
				(request.ClaimMappings == nil || reflect.DeepEqual(i.ClaimMappings, request.ClaimMappings))
		},
	}
	issuer, adopted, err := creation.runFor(ctx, &r.placements, externalTokenIssuerObject(request.Code), owner)
	if err == nil {
		if adopted {
			warnAdopted(diags, "external token issuer "+request.Code, "issuer "+issuer.Code)
		}
		return issuer
	}
	const summary = "Unable to create external token issuer"
	attempt := fmt.Sprintf("The external token issuer %q could not be created in %s", request.Code, r.client.Domain())
	var taken *takenError[identity.ExternalTokenIssuerResponse]
	if !errors.As(err, &taken) {
		remedies := doubtAfterCreate(err, "code")
		if refused, ok := errors.AsType[*client.Error](err); client.IsForbidden(err) || ok && refused.StatusCode == http.StatusNotFound {
			remedies = append(remedies, "FINBOURNE must enable external token issuers in a domain. Ask its support whether they are enabled.")
		}
		diags.AddError(summary, r.explain(attempt, err, remedies...))
		return nil
	}
	attribute, what := "issuer", "The issuer and audience are"
	if taken.by.Code == request.Code {
		attribute, what = "code", "The code is"
	}
	diags.AddAttributeError(path.Root(attribute), summary, r.explain(attempt, err, fmt.Sprintf(
		"%s taken by the external token issuer %s (issuer %q, audience %q), and unique in the domain. %s",
		what, taken.by.Code, taken.by.Issuer, taken.by.Audience, importAdvice("issuer", "lusid_external_token_issuer", taken.by.Code))))
	return nil
}

func (r *externalTokenIssuerResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state externalTokenIssuerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	summary := "Unable to read external token issuer " + state.Code.ValueString()
	ctx, cancel, ok := r.beginRead(ctx, req, resp, summary, codeIdentity{state.Code}, state.Timeouts.Read)
	defer cancel()
	if !ok {
		return
	}

	issuer, err := r.identity.RefreshExternalTokenIssuer(ctx, state.Code.ValueString(), func(listed *identity.ExternalTokenIssuerResponse) bool {
		return unchanged(ctx, &state, listed)
	})
	if r.readFailed(ctx, resp, summary, fmt.Sprintf("The external token issuer %s of %s could not be read", state.Code.ValueString(), r.client.Domain()), err) {
		return
	}
	resp.Diagnostics.Append(state.fromAPI(ctx, issuer)...)
	r.saveRead(ctx, resp, state)
}

func (r *externalTokenIssuerResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state externalTokenIssuerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	code := state.Code.ValueString()
	summary := "Unable to update external token issuer " + code
	ctx, cancel := r.begin(ctx, summary, req.Private, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	before, diags := state.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	after, diags := plan.toUpdate(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}

	if !reflect.DeepEqual(after, before) {
		is := func(m *externalTokenIssuerModel) func(*identity.ExternalTokenIssuerResponse) bool {
			return func(issuer *identity.ExternalTokenIssuerResponse) bool { return unchanged(ctx, m, issuer) }
		}
		err := updateAsPlanned(ctx, r.connection, externalTokenIssuerObject(code),
			func(ctx context.Context) (*identity.ExternalTokenIssuerResponse, error) {
				return r.identity.GetExternalTokenIssuer(ctx, code)
			},
			is(&plan), is(&state),
			func(ctx context.Context) error {
				_, err := r.identity.UpdateExternalTokenIssuer(ctx, code, after)
				return err
			})
		if err != nil {
			resp.Diagnostics.AddError(summary,
				r.explainUpdate(fmt.Sprintf("The external token issuer %s of %s could not be updated", code, r.client.Domain()), err))
			return
		}
	}
	r.saveUpdated(ctx, resp, plan, codeIdentity{plan.Code})
}

func (r *externalTokenIssuerResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state externalTokenIssuerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	code := state.Code.ValueString()
	summary := "Unable to delete external token issuer " + code
	ctx, cancel := r.begin(ctx, summary, req.Private, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	owner, diags := ownerOf(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	needed, err := r.placements.remove(ctx, externalTokenIssuerObject(code), owner, func() error {
		return deleteIfShown(ctx,
			func(ctx context.Context) (*identity.ExternalTokenIssuerResponse, error) {
				return r.identity.GetExternalTokenIssuer(ctx, code)
			},
			func(issuer *identity.ExternalTokenIssuerResponse) bool { return unchanged(ctx, &state, issuer) },
			func(ctx context.Context) error { return r.identity.DeleteExternalTokenIssuer(ctx, code) })
	})
	switch {
	case err != nil && !client.IsNotFound(err):
		resp.Diagnostics.AddError(summary,
			r.explain(fmt.Sprintf("The external token issuer %s of %s could not be deleted", code, r.client.Domain()), err))
	case needed:
		warnNeeded(&resp.Diagnostics, "The external token issuer "+code+" stays in LUSID", "The external token issuer "+code+" was not deleted.")
	default:
		r.existingOf("external token issuer").forget(code)
	}
}

// externalTokenIssuerObject names an issuer for placements.
func externalTokenIssuerObject(code string) string { return "external token issuer " + code }

// ImportState accepts a code.
func (r *externalTokenIssuerResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	code, ok := r.importedCode(ctx, "external token issuer", req, resp)
	if !ok {
		return
	}
	issuer, err := r.identity.GetExternalTokenIssuer(ctx, code)
	if err != nil {
		resp.Diagnostics.AddError(fmt.Sprintf("Unable to import external token issuer %q", code),
			r.explain(fmt.Sprintf("The external token issuer with the code %q could not be found in %s", code, r.client.Domain()), err))
		return
	}
	r.saveImported(ctx, resp, codeIdentity{types.StringValue(issuer.Code)}, map[string]any{"code": issuer.Code})
}

// ModifyPlan refuses another domain's issuer before it plans anything, and warns of a change to the
// issuer of the token that the provider signs in with.
func (r *externalTokenIssuerResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.State.Raw.IsNull() {
		return
	}
	var state externalTokenIssuerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(r.checkDomain(ctx, req.Private, "Unable to change external token issuer "+state.Code.ValueString())...)
	if resp.Diagnostics.HasError() || r.connection == nil || r.client == nil || !r.client.SignsInThrough(state.Issuer.ValueString(), state.Audience.ValueString()) {
		return
	}
	doing := "Deleting"
	if !req.Plan.Raw.IsNull() {
		var plan externalTokenIssuerModel
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		switch {
		case !plan.Code.Equal(state.Code):
			doing = "Replacing"
		case !plan.Issuer.Equal(state.Issuer), !plan.Audience.Equal(state.Audience), !plan.ClaimMappings.Equal(state.ClaimMappings):
			doing = "Changing"
		default:
			return
		}
	}
	resp.Diagnostics.AddWarning(doing+" the issuer of the token that this provider signs in with", fmt.Sprintf(
		"The provider signs in with %s. The token comes from the external token issuer %s. "+
			"If LUSID no longer accepts the token, or maps it to another user, neither the rest of this run nor later runs can sign in with it.", r.credential, state.Code.ValueString()))
}
