package provider_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"
)

// context has the provider log at TRACE into the buffer, if there is one.
func (p *protocol) context() context.Context {
	if p.log == nil {
		return p.t.Context()
	}
	return tflogtest.RootLogger(tfsdklogtest.RootLogger(p.t.Context(), p.log), p.log)
}

// open validates and opens an ephemeral resource.
func (p *protocol) open(typeName string, config object) (instance, diagnostics) {
	p.t.Helper()
	schema := p.schema.EphemeralResourceSchemas[typeName]
	dynamic := p.dynamic(schema, config.value(p.t, schema))
	validated, err := p.server.ValidateEphemeralResourceConfig(p.t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: typeName,
		Config:   dynamic,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if diags := diagnostics(validated.Diagnostics); len(diags.errors()) > 0 {
		return instance{}, diags
	}
	resp, err := p.server.OpenEphemeralResource(p.context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	if resp.RenewAt.Unix() > 0 {
		p.t.Errorf("%s wants to be renewed at %s, which replaces no value", typeName, resp.RenewAt)
	}
	opened := p.instance(schema, resp.Result, resp.Private)
	if len(diagnostics(resp.Diagnostics).errors()) == 0 {
		mustKeep(p.t, schema, config, opened)
	}
	return opened, resp.Diagnostics
}

func (p *protocol) mustOpen(typeName string, config object) instance {
	p.t.Helper()
	opened, diags := p.open(typeName, config)
	diags.mustBeQuiet(p.t)
	return opened
}

// mustKeep checks what Terraform checks of an ephemeral resource: what is configured comes back
// as it is.
func mustKeep(t *testing.T, schema *tfprotov6.Schema, config object, opened instance) {
	t.Helper()
	var configured map[string]tftypes.Value
	if err := config.value(t, schema).As(&configured); err != nil {
		t.Fatal(err)
	}
	for name, value := range configured {
		if !value.IsNull() && !value.Equal(opened.attributes[name]) {
			t.Errorf("Terraform refuses the result: %s is not what is configured", name)
		}
	}
}

// identityOf are the attributes of an identity as text. It is nil where there is no identity.
func (m managedType) identityOf(i instance) map[string]string {
	m.t.Helper()
	if i.identity == nil || i.identity.IdentityData == nil {
		return nil
	}
	return m.identityValues(i.identity)
}

func (m managedType) identityValues(data *tfprotov6.ResourceIdentityData) map[string]string {
	m.t.Helper()
	decoded, err := data.IdentityData.Unmarshal(m.identitySchema().ValueType())
	if err != nil {
		m.t.Fatal(err)
	}
	if decoded.IsNull() {
		return nil
	}
	attributes, values := map[string]tftypes.Value{}, map[string]string{}
	if err := decoded.As(&attributes); err != nil {
		m.t.Fatal(err)
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

func (p *protocol) identitySchemas() map[string]*tfprotov6.ResourceIdentitySchema {
	p.t.Helper()
	resp, err := p.server.GetResourceIdentitySchemas(p.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		p.t.Fatal(err)
	}
	diagnostics(resp.Diagnostics).mustBeQuiet(p.t)
	return resp.IdentitySchemas
}

func (m managedType) identitySchema() *tfprotov6.ResourceIdentitySchema {
	m.t.Helper()
	return m.identitySchemas()[m.name]
}

// importIdentity imports by identity, and reads.
func (m managedType) importIdentity(identity map[string]any) (instance, diagnostics) {
	m.t.Helper()
	typ := m.identitySchema().ValueType()
	dynamic, err := tfprotov6.NewDynamicValue(typ, typedValue(m.t, typ, identity))
	if err != nil {
		m.t.Fatal(err)
	}
	return m.importBy(&tfprotov6.ImportResourceStateRequest{
		TypeName: m.name,
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: &dynamic},
	})
}

// listing is a result of a list resource.
type listing struct {
	displayName string
	identity    map[string]string
	resource    instance
	// bytes is all that Terraform gets.
	bytes string
}

// list validates a list resource's configuration and asks for results as terraform query does.
func (m managedType) list(config object, limit int64, includeResource bool) ([]listing, diagnostics) {
	m.t.Helper()
	server, ok := m.server.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // ProviderServer does not have it yet.
	if !ok {
		m.t.Fatal("the server lists nothing")
	}
	schema := m.protocol.schema.ListResourceSchemas[m.name]
	dynamic := m.dynamic(schema, config.value(m.t, schema))
	validated, err := server.ValidateListResourceConfig(m.context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: m.name, Config: dynamic})
	if err != nil {
		m.t.Fatal(err)
	}
	diags := diagnostics(validated.Diagnostics)
	if len(diags.errors()) > 0 {
		return nil, diags
	}
	stream, err := server.ListResource(m.context(), &tfprotov6.ListResourceRequest{
		TypeName: m.name, Config: dynamic, Limit: limit, IncludeResource: includeResource,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	var results []listing
	for result := range stream.Results {
		diags = append(diags, result.Diagnostics...)
		if result.Identity == nil {
			continue
		}
		l := listing{displayName: result.DisplayName, identity: m.identityValues(result.Identity)}
		l.bytes = result.DisplayName + string(result.Identity.IdentityData.MsgPack)
		if result.Resource != nil {
			l.resource = m.instance(m.schema, result.Resource, nil)
			l.bytes += string(result.Resource.MsgPack)
		}
		results = append(results, l)
	}
	return results, diags
}

func (p *protocol) actions() tfprotov6.ProviderServerWithActions { //nolint:staticcheck // ProviderServer does not have it yet.
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ProviderServerWithActions) //nolint:staticcheck // As above.
	if !ok {
		p.t.Fatal("the server has no actions")
	}
	return server
}

// planRotation validates the action lusid_rotate_application_secret and announces it.
func (p *protocol) planRotation(config object) diagnostics {
	p.t.Helper()
	schema := p.schema.ActionSchemas[rotateType].Schema
	dynamic := p.dynamic(schema, config.value(p.t, schema))
	validated, err := p.actions().ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: rotateType, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	diags := diagnostics(validated.Diagnostics)
	if len(diags.errors()) > 0 {
		return diags
	}
	resp, err := p.actions().PlanAction(p.context(), &tfprotov6.PlanActionRequest{ActionType: rotateType, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	return append(diags, resp.Diagnostics...)
}

// invokeRotation invokes that action and returns its progress messages.
func (p *protocol) invokeRotation(config object) (progress []string, diags diagnostics) {
	p.t.Helper()
	schema := p.schema.ActionSchemas[rotateType].Schema
	stream, err := p.actions().InvokeAction(p.context(), &tfprotov6.InvokeActionRequest{
		ActionType: rotateType, Config: p.dynamic(schema, config.value(p.t, schema)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	completed := false
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed = true
			diags = append(diags, event.Diagnostics...)
		}
	}
	if !completed {
		p.t.Error("the action did not complete")
	}
	return progress, diags
}

// call calls a function. The result is a string or a map of strings; failure is empty after
// success.
func (p *protocol) call(name string, arguments ...any) (text string, texts map[string]string, failure string) {
	p.t.Helper()
	definition := p.schema.Functions[name]
	var values []*tfprotov6.DynamicValue
	for i, argument := range arguments {
		typ := definition.Parameters[i].Type
		dynamic, err := tfprotov6.NewDynamicValue(typ, typedValue(p.t, typ, argument))
		if err != nil {
			p.t.Fatal(err)
		}
		values = append(values, &dynamic)
	}
	resp, err := p.server.CallFunction(p.context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: values})
	if err != nil {
		p.t.Fatal(err)
	}
	if resp.Error != nil {
		return "", nil, resp.Error.Text
	}
	result, err := resp.Result.Unmarshal(definition.Return.Type)
	if err != nil {
		p.t.Fatal(err)
	}
	if result.As(&text) == nil {
		return text, nil, ""
	}
	elements := map[string]tftypes.Value{}
	if err := result.As(&elements); err != nil {
		p.t.Fatal(err)
	}
	texts = map[string]string{}
	for key, element := range elements {
		_ = element.As(&text)
		texts[key] = text
	}
	return "", texts, ""
}

// mustBeConsistent holds what Terraform plans anew when values have become known against the
// plan that the user saw.
func mustBeConsistent(t *testing.T, seen, final plannedChange) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(seen.planned.attributes)) {
		before, after := seen.planned.attributes[name], final.planned.attributes[name]
		if before.IsFullyKnown() && !before.Equal(after) {
			t.Errorf("inconsistent final plan: %s was %s and is %s", name, before, after)
		}
	}
}

// queries are the queries of an operation's requests, with commas.
func (d domain) queries(operation string) string {
	var queries []string
	for _, request := range d.requests() {
		if request.Operation == operation {
			queries = append(queries, request.Query)
		}
	}
	return strings.Join(queries, ",")
}

// mustNotAskForSecrets checks that no request asked for a secret.
func (d domain) mustNotAskForSecrets(t *testing.T) {
	t.Helper()
	if queries := d.queries("identity.GetApplication"); strings.Contains(queries, "includeSecret") {
		t.Errorf("a secret was asked for: %s", queries)
	}
}
