package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client/identity"
)

// userDataAttributes are the attributes that the singular and the plural data source share.
func userDataAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":            schema.StringAttribute{Computed: true, MarkdownDescription: "ID that LUSID assigned to the user."},
		"login":         schema.StringAttribute{Computed: true, MarkdownDescription: "Login that the user signs in with."},
		"email_address": schema.StringAttribute{Computed: true, MarkdownDescription: "E-mail address that LUSID sends the user's mail to."},
		"first_name":    schema.StringAttribute{Computed: true, MarkdownDescription: "First name."},
		"last_name":     schema.StringAttribute{Computed: true, MarkdownDescription: "Last name."},
		"type":          schema.StringAttribute{Computed: true, MarkdownDescription: "`Personal` or `Service`."},
		"status": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Status of the account: `PROVISIONED` until a person has finished the sign-up, then `ACTIVE`. LUSID documents no other status.",
		},
		"external": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the user comes from another identity system."},
		"second_email_address": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Second e-mail address; null if there is none.",
		},
		"alternative_user_ids": schema.MapAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "IDs of the user in other systems. The keys are names from the domain's user schema.",
		},
		"user_expiry": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "When the account expires, in RFC 3339; null if it does not.",
		},
	}
}

type userDataModel struct {
	ID                 types.String       `tfsdk:"id"`
	Login              types.String       `tfsdk:"login"`
	EmailAddress       types.String       `tfsdk:"email_address"`
	FirstName          types.String       `tfsdk:"first_name"`
	LastName           types.String       `tfsdk:"last_name"`
	Type               types.String       `tfsdk:"type"`
	Status             types.String       `tfsdk:"status"`
	External           types.Bool         `tfsdk:"external"`
	SecondEmailAddress types.String       `tfsdk:"second_email_address"`
	AlternativeUserIDs map[string]*string `tfsdk:"alternative_user_ids"`
	UserExpiry         types.String       `tfsdk:"user_expiry"`
}

func newUserDataModel(user *identity.UserResponse) userDataModel {
	return userDataModel{
		ID:                 types.StringValue(user.ID),
		Login:              types.StringValue(user.Login),
		EmailAddress:       stringOrNull(user.EmailAddress),
		FirstName:          stringOrNull(user.FirstName),
		LastName:           stringOrNull(user.LastName),
		Type:               stringOrNull(user.Type),
		Status:             stringOrNull(user.Status),
		External:           types.BoolValue(user.External),
		SecondEmailAddress: stringOrNull(user.SecondEmailAddress),
		AlternativeUserIDs: user.AlternativeUserIDs,
		UserExpiry:         stringOrNull(user.UserExpiry),
	}
}
