package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// featureEntity is the entity of the actions that are calls of the API. Every other entity is data.
const featureEntity = "Feature"

// validate checks what depends on several attributes, as far as they are known.
func (m *accessPolicyModel) validate() (diags diag.Diagnostics) {
	if !m.DateConditions.IsUnknown() && len(m.DateConditions.Elements()) > 0 && m.coversOnlyFeatures() {
		diags.AddAttributeError(path.Root("date_conditions"), "Invalid date_conditions",
			"Every selector of this policy is for features, and LUSID ignores date conditions for features: the policy would always apply. "+
				"Put the date conditions into the policy for the data.")
	}
	return diags
}

// coversOnlyFeatures reports whether every selector is known and every action is the call of a feature.
func (m *accessPolicyModel) coversOnlyFeatures() bool {
	entities, known := []string{}, !m.Selectors.IsUnknown()
	for _, selector := range m.Selectors.Elements() {
		known = known && !selector.IsUnknown()
		for _, kind := range attributesOf(selector) {
			actions, ok := attributesOf(kind)["actions"].(types.Set)
			known = known && !kind.IsUnknown() && (!ok || !actions.IsUnknown())
			for _, action := range actions.Elements() {
				entity, ok := attributesOf(action)["entity"].(types.String)
				known = known && ok && !entity.IsUnknown()
				entities = append(entities, entity.ValueString())
			}
		}
	}
	return known && len(entities) > 0 && !slices.ContainsFunc(entities, func(entity string) bool { return entity != featureEntity })
}

// warnFeatureCodes warns of the code of a feature that is not in lower case, as LUSID's all are.
func (m *accessPolicyModel) warnFeatureCodes() (diags diag.Diagnostics) {
	for i, selector := range m.Selectors.Elements() {
		diags.Append(warnFeatureCode(selector, path.Root("selectors").AtListIndex(i))...)
	}
	return diags
}

// warnFeatureCode is warnFeatureCodes for one selector.
func warnFeatureCode(selector attr.Value, at path.Path) (diags diag.Diagnostics) {
	id := attributesOf(selector)["id"]
	actions, _ := attributesOf(id)["actions"].(types.Set)
	identifier, _ := attributesOf(id)["identifier"].(types.Map)
	code, _ := identifier.Elements()["code"].(types.String)
	isFeature := slices.ContainsFunc(actions.Elements(), func(action attr.Value) bool {
		entity, _ := attributesOf(action)["entity"].(types.String)
		return entity.ValueString() == featureEntity
	})
	if lower := strings.ToLower(code.ValueString()); isFeature && lower != code.ValueString() {
		diags.AddAttributeWarning(at.AtName("id").AtName("identifier"), "The code of a feature is not in lower case", fmt.Sprintf(
			"LUSID writes the codes of features in lower case. LUSID does not document whether it ignores case, so this selector may match nothing. Use %q instead of %q.",
			lower, code.ValueString()))
	}
	return diags
}

// attributesOf are those of an object that is known, and none for everything else.
func attributesOf(value attr.Value) map[string]attr.Value {
	object, _ := value.(types.Object)
	return object.Attributes()
}
