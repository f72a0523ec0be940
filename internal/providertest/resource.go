package providertest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// ManagedType is a resource type.
type ManagedType struct {
	*Protocol
	Name   string
	Schema *tfprotov6.Schema
}

// Resource returns the resource type with a name.
func (p *Protocol) Resource(name string) ManagedType {
	return ManagedType{Protocol: p, Name: name, Schema: p.Schema.ResourceSchemas[name]}
}

// Applications returns the resource type lusid_application.
func (p *Protocol) Applications() ManagedType { return p.Resource("lusid_application") }

// Validate validates a configuration.
func (m ManagedType) Validate(config Object) Diagnostics {
	m.T.Helper()
	resp, err := m.Server.ValidateResourceConfig(m.context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: m.Name,
		Config:   m.Dynamic(m.Schema, config.Value(m.T, m.Schema)),
	})
	if err != nil {
		m.T.Fatal(err)
	}
	return resp.Diagnostics
}

// PlannedChange has the input of an apply.
type PlannedChange struct {
	Prior, Planned Instance
	private        []byte
	config         Object
	// Replaces has the names of the attributes that force a new resource.
	Replaces []string
}

// Plan plans a change from the prior instance to a configuration. The zero instance means a create, and a
// nil configuration means a destroy.
func (m ManagedType) Plan(prior Instance, config Object) (PlannedChange, Diagnostics) {
	m.T.Helper()
	configured := tftypes.NewValue(m.Schema.ValueType(), nil)
	proposed := configured
	if config != nil {
		configured = config.Value(m.T, m.Schema)
		proposed = m.propose(prior, configured)
	}
	resp, err := m.Server.PlanResourceChange(m.context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         m.Name,
		PriorState:       m.Dynamic(m.Schema, prior.value(m.Schema)),
		ProposedNewState: m.Dynamic(m.Schema, proposed),
		Config:           m.Dynamic(m.Schema, configured),
		PriorPrivate:     prior.Private,
		PriorIdentity:    prior.Identity,
	})
	if err != nil {
		m.T.Fatal(err)
	}
	change := PlannedChange{Prior: prior, Planned: m.instance(m.Schema, resp.PlannedState, nil), private: resp.PlannedPrivate, config: config}
	change.Planned.Identity = resp.PlannedIdentity
	for _, path := range resp.RequiresReplace {
		change.Replaces = append(change.Replaces, strings.TrimSuffix(strings.TrimPrefix(path.String(), `AttributeName("`), `")`))
	}
	slices.Sort(change.Replaces)
	if config != nil && len(Diagnostics(resp.Diagnostics).Errors()) == 0 {
		for _, path := range invalidPlan(m.Schema.Block.Attributes, prior.value(m.Schema), configured, change.Planned.value(m.Schema)) {
			m.T.Errorf("invalid plan: want the value of the configuration or of the state for %s", path)
		}
	}
	return change, resp.Diagnostics
}

// invalidPlan returns the attributes for which Terraform refuses a plan. If an attribute is not computed, the
// plan must have the configured value. The plan may also have the value of the state, if neither of the two is
// null. The elements of nested lists, sets and maps are not compared.
func invalidPlan(attributes []*tfprotov6.SchemaAttribute, prior, configured, planned tftypes.Value) []string {
	var invalid []string
	partsOf := func(object tftypes.Value) map[string]tftypes.Value {
		var parts map[string]tftypes.Value
		if object.IsKnown() && !object.IsNull() {
			_ = object.As(&parts)
		}
		return parts
	}
	before, wanted, after := partsOf(prior), partsOf(configured), partsOf(planned)
	for _, attribute := range attributes {
		name := attribute.Name
		was, isPrior := before[name]
		isCollection := attribute.NestedType != nil && attribute.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeSingle
		isKept := isPrior && after[name].Equal(was) && !was.IsNull() && !wanted[name].IsNull()
		switch {
		case after[name].Equal(wanted[name]), isKept, attribute.Computed && wanted[name].IsNull(), isCollection:
		case attribute.NestedType != nil && wanted[name].IsKnown() && !wanted[name].IsNull() && after[name].IsKnown() && !after[name].IsNull():
			if !isPrior {
				was = tftypes.NewValue(wanted[name].Type(), nil)
			}
			for _, path := range invalidPlan(attribute.NestedType.Attributes, was, wanted[name], after[name]) {
				invalid = append(invalid, name+"."+path)
			}
		default:
			invalid = append(invalid, name)
		}
	}
	return invalid
}

// propose returns the proposed state that Terraform sends for a plan. A computed attribute that is not
// configured keeps its value.
func (m ManagedType) propose(prior Instance, configured tftypes.Value) tftypes.Value {
	m.T.Helper()
	var attributes map[string]tftypes.Value
	if err := configured.As(&attributes); err != nil {
		m.T.Fatal(err)
	}
	attributes = maps.Clone(attributes) // As returns the map of the value without copying it.
	for _, attribute := range m.Schema.Block.Attributes {
		if value, ok := prior.Attributes[attribute.Name]; ok && attribute.Computed && attributes[attribute.Name].IsNull() {
			attributes[attribute.Name] = value
		}
	}
	return tftypes.NewValue(m.Schema.ValueType(), attributes)
}

// Apply applies a plan without a replacement, and compares the result with the plan like Terraform does.
func (m ManagedType) Apply(change PlannedChange) (Instance, Diagnostics) {
	m.T.Helper()
	if len(change.Replaces) > 0 {
		m.T.Fatalf("the plan forces a new resource because of %s, want an update in place", change.Replaces)
	}
	return m.CarryOut(m.context(), change)
}

// CarryOut is Apply with a context. It also applies replacements.
func (m ManagedType) CarryOut(ctx context.Context, change PlannedChange) (Instance, Diagnostics) {
	m.T.Helper()
	configured := tftypes.NewValue(m.Schema.ValueType(), nil)
	if change.config != nil {
		configured = change.config.Value(m.T, m.Schema)
	}
	resp, err := m.Server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       m.Name,
		PriorState:     m.Dynamic(m.Schema, change.Prior.value(m.Schema)),
		PlannedState:   m.Dynamic(m.Schema, change.Planned.value(m.Schema)),
		Config:         m.Dynamic(m.Schema, configured),
		PlannedPrivate: change.private,

		PlannedIdentity: change.Planned.Identity,
	})
	if err != nil {
		m.T.Fatal(err)
	}
	made, diags := m.instance(m.Schema, resp.NewState, resp.Private), Diagnostics(resp.Diagnostics)
	made.Identity = resp.NewIdentity
	if len(diags.Errors()) > 0 {
		return made, diags
	}
	for name, planned := range change.Planned.Attributes {
		got := made.Attributes[name]
		if !got.IsFullyKnown() || planned.IsFullyKnown() && !planned.Equal(got) {
			m.T.Errorf("inconsistent result after apply: got %s = %[3]s, planned %[2]s", name, planned, got)
		}
	}
	return made, diags
}

// Create plans and applies without a prior instance.
func (m ManagedType) Create(config Object) (Instance, Diagnostics) {
	m.T.Helper()
	m.Validate(config).MustSucceed(m.T)
	change, diags := m.Plan(Instance{}, config)
	diags.MustSucceed(m.T)
	return m.Apply(change)
}

// MustCreate is Create for a result without a warning or an error.
func (m ManagedType) MustCreate(config Object) Instance {
	m.T.Helper()
	made, diags := m.Create(config)
	diags.MustBeQuiet(m.T)
	return made
}

// Update plans and applies a change without a replacement.
func (m ManagedType) Update(prior Instance, config Object) (Instance, Diagnostics) {
	m.T.Helper()
	change, planDiags := m.Plan(prior, config)
	planDiags.MustSucceed(m.T)
	made, diags := m.Apply(change)
	return made, append(planDiags, diags...)
}

// Read refreshes an instance.
func (m ManagedType) Read(prior Instance) (Instance, Diagnostics) {
	m.T.Helper()
	resp, err := m.Server.ReadResource(m.context(), &tfprotov6.ReadResourceRequest{
		TypeName:     m.Name,
		CurrentState: m.Dynamic(m.Schema, prior.value(m.Schema)),
		Private:      prior.Private,

		CurrentIdentity: prior.Identity,
	})
	if err != nil {
		m.T.Fatal(err)
	}
	got := m.instance(m.Schema, resp.NewState, resp.Private)
	got.Identity = resp.NewIdentity
	return got, resp.Diagnostics
}

// MustRead is Read for a result without a warning or an error.
func (m ManagedType) MustRead(prior Instance) Instance {
	m.T.Helper()
	got, diags := m.Read(prior)
	diags.MustBeQuiet(m.T)
	return got
}

// Destroy plans and applies a destroy.
func (m ManagedType) Destroy(prior Instance) Diagnostics {
	m.T.Helper()
	change, diags := m.Plan(prior, nil)
	if len(diags.Errors()) > 0 {
		return diags
	}
	left, applied := m.Apply(change)
	if len(applied.Errors()) == 0 && left.Exists() {
		m.T.Error("the destroy succeeded, but the state still contains the object")
	}
	return append(diags, applied...)
}

// ImportState imports and then reads, because Terraform always does both.
func (m ManagedType) ImportState(id string) (Instance, Diagnostics) {
	m.T.Helper()
	return m.importBy(&tfprotov6.ImportResourceStateRequest{TypeName: m.Name, ID: id})
}

func (m ManagedType) importBy(request *tfprotov6.ImportResourceStateRequest) (Instance, Diagnostics) {
	m.T.Helper()
	resp, err := m.Server.ImportResourceState(m.context(), request)
	if err != nil {
		m.T.Fatal(err)
	}
	if diags := Diagnostics(resp.Diagnostics); len(diags.Errors()) > 0 {
		return Instance{}, diags
	}
	if len(resp.ImportedResources) != 1 {
		m.T.Fatalf("got %d imported resources, want 1", len(resp.ImportedResources))
	}
	imported := m.instance(m.Schema, resp.ImportedResources[0].State, resp.ImportedResources[0].Private)
	imported.Identity = resp.ImportedResources[0].Identity
	got, diags := m.Read(imported)
	return got, append(resp.Diagnostics, diags...)
}

// ImportIdentity imports by identity and then reads.
func (m ManagedType) ImportIdentity(identity map[string]any) (Instance, Diagnostics) {
	m.T.Helper()
	typ := m.IdentitySchema().ValueType()
	dynamic, err := tfprotov6.NewDynamicValue(typ, TypedValue(m.T, typ, identity))
	if err != nil {
		m.T.Fatal(err)
	}
	return m.importBy(&tfprotov6.ImportResourceStateRequest{
		TypeName: m.Name,
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: &dynamic},
	})
}

// IdentityOf returns the attributes of an identity as text. It is nil if there is no identity.
func (m ManagedType) IdentityOf(i Instance) map[string]string {
	m.T.Helper()
	if i.Identity == nil || i.Identity.IdentityData == nil {
		return nil
	}
	return m.identityValues(i.Identity)
}

func (m ManagedType) identityValues(data *tfprotov6.ResourceIdentityData) map[string]string {
	m.T.Helper()
	decoded, err := data.IdentityData.Unmarshal(m.IdentitySchema().ValueType())
	if err != nil {
		m.T.Fatal(err)
	}
	if decoded.IsNull() {
		return nil
	}
	attributes, values := map[string]tftypes.Value{}, map[string]string{}
	if err := decoded.As(&attributes); err != nil {
		m.T.Fatal(err)
	}
	for name, value := range attributes {
		values[name] = "null"
		if !value.IsNull() {
			var text string
			_ = value.As(&text)
			values[name] = text
		}
	}
	return values
}

// IdentitySchema returns the schema of the resource's identity.
func (m ManagedType) IdentitySchema() *tfprotov6.ResourceIdentitySchema {
	m.T.Helper()
	return m.identitySchemas()[m.Name]
}

func (p *Protocol) identitySchemas() map[string]*tfprotov6.ResourceIdentitySchema {
	p.T.Helper()
	resp, err := p.Server.GetResourceIdentitySchemas(p.T.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		p.T.Fatal(err)
	}
	Diagnostics(resp.Diagnostics).MustBeQuiet(p.T)
	return resp.IdentitySchemas
}

// List validates a list resource's configuration and requests results like terraform query does.
func (m ManagedType) List(config Object, limit int64, includeResource bool) ([]Listing, Diagnostics) {
	m.T.Helper()
	server, ok := m.Server.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // ProviderServer does not have it yet.
	if !ok {
		m.T.Fatal("the server does not support list resources")
	}
	schema := m.Protocol.Schema.ListResourceSchemas[m.Name]
	dynamic := m.Dynamic(schema, config.Value(m.T, schema))
	validated, err := server.ValidateListResourceConfig(m.context(),
		&tfprotov6.ValidateListResourceConfigRequest{TypeName: m.Name, Config: dynamic})
	if err != nil {
		m.T.Fatal(err)
	}
	diags := Diagnostics(validated.Diagnostics)
	if len(diags.Errors()) > 0 {
		return nil, diags
	}
	stream, err := server.ListResource(m.context(), &tfprotov6.ListResourceRequest{
		TypeName: m.Name, Config: dynamic, Limit: limit, IncludeResource: includeResource,
	})
	if err != nil {
		m.T.Fatal(err)
	}
	var results []Listing
	for result := range stream.Results {
		diags = append(diags, result.Diagnostics...)
		if result.Identity == nil {
			continue
		}
		l := Listing{DisplayName: result.DisplayName, Identity: m.identityValues(result.Identity)}
		l.Bytes = result.DisplayName + string(result.Identity.IdentityData.MsgPack)
		if result.Resource != nil {
			l.Resource = m.instance(m.Schema, result.Resource, nil)
			l.Bytes += string(result.Resource.MsgPack)
		}
		results = append(results, l)
	}
	return results, diags
}

// Listing is a result of a list resource.
type Listing struct {
	DisplayName string
	Identity    map[string]string
	Resource    Instance
	// Bytes is the complete response for Terraform.
	Bytes string
}

// Rotate plans a rotation, expects its warning, and applies the plan. The diagnostics are those of the
// apply.
func (m ManagedType) Rotate(prior Instance, config Object) (Instance, Diagnostics) {
	m.T.Helper()
	return m.Apply(m.PlannedRotation(prior, config))
}

// PlannedRotation plans a rotation, and expects its warning.
func (m ManagedType) PlannedRotation(prior Instance, config Object) PlannedChange {
	m.T.Helper()
	change, diags := m.Plan(prior, config)
	diags.MustWarn(m.T, "rotation_triggers", "Rotating the secret of application "+prior.Get("client_id"), "the old secret stops working",
		"until they have the new one")
	return change
}

// MustPlanNothing expects a plan without changes.
func (m ManagedType) MustPlanNothing(prior Instance, config Object) {
	m.T.Helper()
	change, diags := m.Plan(prior, config)
	diags.MustBeQuiet(m.T)
	if names := prior.Differences(change.Planned); names != nil || change.Replaces != nil {
		m.T.Errorf("got a planned change of %s and a replacement because of %s, want an empty plan", names, change.Replaces)
	}
}

// MustBeConsistent compares the first plan with the plan that Terraform creates again when unknown values
// are known.
func MustBeConsistent(t *testing.T, seen, final PlannedChange) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(seen.Planned.Attributes)) {
		before, after := seen.Planned.Attributes[name], final.Planned.Attributes[name]
		if before.IsFullyKnown() && !before.Equal(after) {
			t.Errorf("inconsistent final plan: got %[1]s = %[3]s, first planned %[2]s", name, before, after)
		}
	}
}

// MustRefuseOtherDomain uses a state of one domain with another domain, and expects errors.
func MustRefuseOtherDomain(t *testing.T, home Domain, typeName string, made Instance, config Object, label string) {
	t.Helper()
	away := NewMock(t, mockserver.Options{})
	home.Forget()
	m := away.Protocol(t).Resource(typeName)
	parts := []string{strings.TrimPrefix(home.URL, "http://"), strings.TrimPrefix(away.URL, "http://"), "sent no request and changed nothing", label}
	kept, diags := m.Read(made)
	diags.MustFail(t, "", parts...)
	if names := made.Differences(kept); names != nil {
		t.Errorf("the state changed in %s, want no change", names)
	}
	_, diags = m.Plan(made, config)
	diags.MustFail(t, "", parts...)
	m.Destroy(made).MustFail(t, "", parts...)
	change, diags := home.Protocol(t).Resource(typeName).Plan(made, nil)
	diags.MustSucceed(t)
	home.Forget()
	_, diags = m.Apply(change)
	diags.MustFail(t, "", parts...)
	if home, away := home.Counts(), away.Counts(); len(home)+len(away) != 0 {
		t.Errorf("got the requests %v and %v, want none", home, away)
	}
}

// MustDoWithoutCredentials uses a provider whose configuration is unknown. It must plan a create, keep the
// state on a refresh, and refuse everything else.
func MustDoWithoutCredentials(t *testing.T, d Domain, typeName string, made Instance, config Object) {
	t.Helper()
	d.Forget()
	m := d.NotConfigured(t).Resource(typeName)
	_, diags := m.Plan(Instance{}, config)
	diags.MustBeQuiet(t)
	kept, diags := m.Read(made)
	diags.MustWarn(t, "", "LUSID was not asked", "access_token")
	if names := made.Differences(kept); names != nil {
		t.Errorf("the refresh changed %s in the state, want no change", names)
	}
	const words = "access_token will be known only after apply"
	_, diags = m.ImportState("any")
	diags.MustFail(t, "", words)
	_, diags = m.Create(config)
	diags.MustFail(t, "", words)
	m.Destroy(made).MustFail(t, "", words)
	d.MustCount(t, map[string]int{})
}
