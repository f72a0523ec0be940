package providertest

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"
)

// Protocol sends Terraform's requests to a provider server in this process. It shows responses that the CLI
// wraps, hides or does not support, and it is a thousand times faster.
type Protocol struct {
	T *testing.T
	// Log receives the logs of the provider, if it is set.
	Log    *bytes.Buffer
	Server tfprotov6.ProviderServer
	Schema *tfprotov6.GetProviderSchemaResponse
}

// NewProtocol returns a provider that isn't configured.
func NewProtocol(t *testing.T) *Protocol {
	t.Helper()
	server, err := Factories["lusid"]()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := providerSchema()
	if err != nil {
		t.Fatal(err)
	}
	return &Protocol{T: t, Server: server, Schema: schema}
}

// providerSchema is the schema of every server.
var providerSchema = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	server, err := Factories["lusid"]()
	if err != nil {
		return nil, err
	}
	return server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})

// ValidateProvider validates the provider block.
func (p *Protocol) ValidateProvider(config Object) Diagnostics {
	p.T.Helper()
	resp, err := p.Server.ValidateProviderConfig(p.context(), &tfprotov6.ValidateProviderConfigRequest{
		Config: p.Dynamic(p.Schema.Provider, config.Value(p.T, p.Schema.Provider)),
	})
	if err != nil {
		p.T.Fatal(err)
	}
	return resp.Diagnostics
}

// Configure configures the provider.
func (p *Protocol) Configure(config Object) Diagnostics {
	p.T.Helper()
	resp, err := p.Server.ConfigureProvider(p.context(), &tfprotov6.ConfigureProviderRequest{
		Config: p.Dynamic(p.Schema.Provider, config.Value(p.T, p.Schema.Provider)),
	})
	if err != nil {
		p.T.Fatal(err)
	}
	return resp.Diagnostics
}

// context returns a context in which the provider logs at TRACE into the buffer, if there is one.
func (p *Protocol) context() context.Context {
	if p.Log == nil {
		return p.T.Context()
	}
	return tflogtest.RootLogger(tfsdklogtest.RootLogger(p.T.Context(), p.Log), p.Log)
}

// Dynamic encodes a value for the protocol.
func (p *Protocol) Dynamic(schema *tfprotov6.Schema, value tftypes.Value) *tfprotov6.DynamicValue {
	p.T.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(schema.ValueType(), value)
	if err != nil {
		p.T.Fatal(err)
	}
	return &dynamic
}

// Data validates and reads a data source.
func (p *Protocol) Data(typeName string, config Object) (Instance, Diagnostics) {
	p.T.Helper()
	schema := p.Schema.DataSourceSchemas[typeName]
	dynamic := p.Dynamic(schema, config.Value(p.T, schema))
	validated, err := p.Server.ValidateDataResourceConfig(p.context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: typeName,
		Config:   dynamic,
	})
	if err != nil {
		p.T.Fatal(err)
	}
	if diags := Diagnostics(validated.Diagnostics); len(diags.Errors()) > 0 {
		return Instance{}, diags
	}
	resp, err := p.Server.ReadDataSource(p.context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: dynamic})
	if err != nil {
		p.T.Fatal(err)
	}
	return p.instance(schema, resp.State, nil), resp.Diagnostics
}

// MustData is Data for a result without a warning or an error.
func (p *Protocol) MustData(typeName string, config Object) Instance {
	p.T.Helper()
	got, diags := p.Data(typeName, config)
	diags.MustBeQuiet(p.T)
	return got
}

// Open validates and opens an ephemeral resource.
func (p *Protocol) Open(typeName string, config Object) (Instance, Diagnostics) {
	p.T.Helper()
	schema := p.Schema.EphemeralResourceSchemas[typeName]
	dynamic := p.Dynamic(schema, config.Value(p.T, schema))
	validated, err := p.Server.ValidateEphemeralResourceConfig(p.T.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
		TypeName: typeName,
		Config:   dynamic,
	})
	if err != nil {
		p.T.Fatal(err)
	}
	if diags := Diagnostics(validated.Diagnostics); len(diags.Errors()) > 0 {
		return Instance{}, diags
	}
	resp, err := p.Server.OpenEphemeralResource(p.context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: dynamic})
	if err != nil {
		p.T.Fatal(err)
	}
	if resp.RenewAt.Unix() > 0 {
		p.T.Errorf("%s has the renewal time %s, want none, because a renewal replaces no value", typeName, resp.RenewAt)
	}
	opened := p.instance(schema, resp.Result, resp.Private)
	if len(Diagnostics(resp.Diagnostics).Errors()) == 0 {
		mustContainConfigured(p.T, schema, config, opened)
	}
	return opened, resp.Diagnostics
}

// MustOpen is Open for a result without a warning or an error.
func (p *Protocol) MustOpen(typeName string, config Object) Instance {
	p.T.Helper()
	opened, diags := p.Open(typeName, config)
	diags.MustBeQuiet(p.T)
	return opened
}

// mustContainConfigured checks the result of an ephemeral resource like Terraform does: the result must contain the
// configured values.
func mustContainConfigured(t *testing.T, schema *tfprotov6.Schema, config Object, opened Instance) {
	t.Helper()
	var configured map[string]tftypes.Value
	if err := config.Value(t, schema).As(&configured); err != nil {
		t.Fatal(err)
	}
	for name, value := range configured {
		if !value.IsNull() && !value.Equal(opened.Attributes[name]) {
			t.Errorf("Terraform would refuse the result: %s differs from the configuration", name)
		}
	}
}

func (p *Protocol) actions() tfprotov6.ProviderServerWithActions { //nolint:staticcheck // ProviderServer does not have it yet.
	p.T.Helper()
	server, ok := p.Server.(tfprotov6.ProviderServerWithActions) //nolint:staticcheck // As above.
	if !ok {
		p.T.Fatal("the server does not support actions")
	}
	return server
}

// Act validates, plans and invokes an action, and returns its progress messages.
func (p *Protocol) Act(name string, config Object) (progress []string, diags Diagnostics) {
	p.T.Helper()
	schema := p.Schema.ActionSchemas[name].Schema
	dynamic := p.Dynamic(schema, config.Value(p.T, schema))
	validated, err := p.actions().ValidateActionConfig(p.T.Context(),
		&tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: dynamic})
	if err != nil {
		p.T.Fatal(err)
	}
	diags = validated.Diagnostics
	if len(diags.Errors()) > 0 {
		return nil, diags
	}
	planned, err := p.actions().PlanAction(p.context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: dynamic})
	if err != nil {
		p.T.Fatal(err)
	}
	diags = append(diags, planned.Diagnostics...)
	progress, invoked := p.Invoke(name, config)
	return progress, append(diags, invoked...)
}

// PlanRotation validates and plans the action lusid_rotate_application_secret.
func (p *Protocol) PlanRotation(config Object) Diagnostics {
	p.T.Helper()
	schema := p.Schema.ActionSchemas[RotateApplicationSecretType].Schema
	dynamic := p.Dynamic(schema, config.Value(p.T, schema))
	validated, err := p.actions().ValidateActionConfig(p.T.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: RotateApplicationSecretType,
		Config:     dynamic,
	})
	if err != nil {
		p.T.Fatal(err)
	}
	diags := Diagnostics(validated.Diagnostics)
	if len(diags.Errors()) > 0 {
		return diags
	}
	resp, err := p.actions().PlanAction(p.context(), &tfprotov6.PlanActionRequest{ActionType: RotateApplicationSecretType, Config: dynamic})
	if err != nil {
		p.T.Fatal(err)
	}
	return append(diags, resp.Diagnostics...)
}

// InvokeRotation invokes the action lusid_rotate_application_secret and returns its progress messages.
func (p *Protocol) InvokeRotation(config Object) (progress []string, diags Diagnostics) {
	p.T.Helper()
	return p.Invoke(RotateApplicationSecretType, config)
}

// Invoke invokes an action without validation and plan. In Terraform, some values are unknown in both.
func (p *Protocol) Invoke(name string, config Object) (progress []string, diags Diagnostics) {
	p.T.Helper()
	schema := p.Schema.ActionSchemas[name].Schema
	stream, err := p.actions().InvokeAction(p.context(), &tfprotov6.InvokeActionRequest{
		ActionType: name, Config: p.Dynamic(schema, config.Value(p.T, schema)),
	})
	if err != nil {
		p.T.Fatal(err)
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
		p.T.Error("the action did not complete")
	}
	return progress, diags
}

// CallFunction calls a function. The result is a string or a map of strings. If the call succeeds, failure
// is empty.
func (p *Protocol) CallFunction(name string, arguments ...any) (text string, texts map[string]string, failure string) {
	p.T.Helper()
	definition := p.Schema.Functions[name]
	var values []*tfprotov6.DynamicValue
	for i, argument := range arguments {
		typ := definition.Parameters[i].Type
		dynamic, err := tfprotov6.NewDynamicValue(typ, TypedValue(p.T, typ, argument))
		if err != nil {
			p.T.Fatal(err)
		}
		values = append(values, &dynamic)
	}
	resp, err := p.Server.CallFunction(p.context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: values})
	if err != nil {
		p.T.Fatal(err)
	}
	if resp.Error != nil {
		return "", nil, resp.Error.Text
	}
	result, err := resp.Result.Unmarshal(definition.Return.Type)
	if err != nil {
		p.T.Fatal(err)
	}
	if result.As(&text) == nil {
		return text, nil, ""
	}
	elements := map[string]tftypes.Value{}
	if err := result.As(&elements); err != nil {
		p.T.Fatal(err)
	}
	texts = map[string]string{}
	for key, element := range elements {
		_ = element.As(&text)
		texts[key] = text
	}
	return "", texts, ""
}

// AccessToken reads the data source lusid_access_token.
func (p *Protocol) AccessToken(config Object) (Instance, Diagnostics) {
	p.T.Helper()
	return p.Data("lusid_access_token", config)
}

// MustGetAccessToken is AccessToken for a result without a warning or an error.
func (p *Protocol) MustGetAccessToken(config Object) Instance {
	p.T.Helper()
	token, diags := p.AccessToken(config)
	diags.MustBeQuiet(p.T)
	return token
}
