package provider_test

import (
	"bytes"
	"context"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// protocol drives a provider server in this process with the requests that Terraform sends: it
// shows what the CLI wraps, hides or does not know, at a thousandth of its time.
type protocol struct {
	t *testing.T
	// log gets what the provider logs, where it is set.
	log    *bytes.Buffer
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

// object is a configuration. Absent attributes are null, and unknown stands for a value that
// only apply makes.
type object map[string]any

const unknown = expression("unknown")

func newProtocol(t *testing.T) *protocol {
	t.Helper()
	server, err := factories["lusid"]()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := providerSchema()
	if err != nil {
		t.Fatal(err)
	}
	return &protocol{t: t, server: server, schema: schema}
}

// providerSchema is the schema of every server.
var providerSchema = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	server, err := factories["lusid"]()
	if err != nil {
		return nil, err
	}
	return server.GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
})

// protocol is configured for the domain, with more arguments or other ones.
func (d domain) protocol(t *testing.T, arguments ...object) *protocol {
	t.Helper()
	config := object{"api_url": d.url, "access_token": d.token}
	for _, more := range arguments {
		maps.Copy(config, more)
	}
	p := newProtocol(t)
	p.configure(config).mustSucceed(t)
	return p
}

func (p *protocol) validateProvider(config object) diagnostics {
	p.t.Helper()
	resp, err := p.server.ValidateProviderConfig(p.context(), &tfprotov6.ValidateProviderConfigRequest{
		Config: p.dynamic(p.schema.Provider, config.value(p.t, p.schema.Provider)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.Diagnostics
}

func (p *protocol) configure(config object) diagnostics {
	p.t.Helper()
	resp, err := p.server.ConfigureProvider(p.context(), &tfprotov6.ConfigureProviderRequest{
		Config: p.dynamic(p.schema.Provider, config.value(p.t, p.schema.Provider)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.Diagnostics
}

// data validates and reads a data source.
func (p *protocol) data(typeName string, config object) (instance, diagnostics) {
	p.t.Helper()
	schema := p.schema.DataSourceSchemas[typeName]
	dynamic := p.dynamic(schema, config.value(p.t, schema))
	validated, err := p.server.ValidateDataResourceConfig(p.context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: typeName,
		Config:   dynamic,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if diags := diagnostics(validated.Diagnostics); len(diags.errors()) > 0 {
		return instance{}, diags
	}
	resp, err := p.server.ReadDataSource(p.context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: dynamic})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.instance(schema, resp.State, nil), resp.Diagnostics
}

// managedType is a resource type.
type managedType struct {
	*protocol
	name   string
	schema *tfprotov6.Schema
}

func (p *protocol) resource(name string) managedType {
	return managedType{protocol: p, name: name, schema: p.schema.ResourceSchemas[name]}
}

// applications is the resource type lusid_application.
func (p *protocol) applications() managedType { return p.resource("lusid_application") }

func (m managedType) validate(config object) diagnostics {
	m.t.Helper()
	resp, err := m.server.ValidateResourceConfig(m.context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: m.name,
		Config:   m.dynamic(m.schema, config.value(m.t, m.schema)),
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return resp.Diagnostics
}

// plannedChange is what apply needs to carry out a plan.
type plannedChange struct {
	prior, planned instance
	private        []byte
	config         object
	// replaces names the attributes that make it a replacement.
	replaces []string
}

// plan plans a change from the prior instance, the zero one for none, to a configuration, nil
// to destroy.
func (m managedType) plan(prior instance, config object) (plannedChange, diagnostics) {
	m.t.Helper()
	configured := tftypes.NewValue(m.schema.ValueType(), nil)
	proposed := configured
	if config != nil {
		configured = config.value(m.t, m.schema)
		proposed = m.propose(prior, configured)
	}
	resp, err := m.server.PlanResourceChange(m.context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName:         m.name,
		PriorState:       m.dynamic(m.schema, prior.value(m.schema)),
		ProposedNewState: m.dynamic(m.schema, proposed),
		Config:           m.dynamic(m.schema, configured),
		PriorPrivate:     prior.private,
		PriorIdentity:    prior.identity,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	change := plannedChange{prior: prior, planned: m.instance(m.schema, resp.PlannedState, nil), private: resp.PlannedPrivate, config: config}
	change.planned.identity = resp.PlannedIdentity
	for _, path := range resp.RequiresReplace {
		change.replaces = append(change.replaces, strings.TrimSuffix(strings.TrimPrefix(path.String(), `AttributeName("`), `")`))
	}
	slices.Sort(change.replaces)
	return change, resp.Diagnostics
}

// propose does what Terraform does before it asks the provider for a plan: a computed attribute
// that is not configured keeps its value.
func (m managedType) propose(prior instance, configured tftypes.Value) tftypes.Value {
	m.t.Helper()
	var attributes map[string]tftypes.Value
	if err := configured.As(&attributes); err != nil {
		m.t.Fatal(err)
	}
	attributes = maps.Clone(attributes) // As gives out the value's own map.
	for _, attribute := range m.schema.Block.Attributes {
		if value, ok := prior.attributes[attribute.Name]; ok && attribute.Computed && attributes[attribute.Name].IsNull() {
			attributes[attribute.Name] = value
		}
	}
	return tftypes.NewValue(m.schema.ValueType(), attributes)
}

// apply carries out a plan that is no replacement, and holds the outcome against the plan as
// Terraform does.
func (m managedType) apply(change plannedChange) (instance, diagnostics) {
	m.t.Helper()
	if len(change.replaces) > 0 {
		m.t.Fatalf("the plan is a replacement because of %s", change.replaces)
	}
	return m.carryOut(m.context(), change)
}

func (m managedType) carryOut(ctx context.Context, change plannedChange) (instance, diagnostics) {
	m.t.Helper()
	configured := tftypes.NewValue(m.schema.ValueType(), nil)
	if change.config != nil {
		configured = change.config.value(m.t, m.schema)
	}
	resp, err := m.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName:       m.name,
		PriorState:     m.dynamic(m.schema, change.prior.value(m.schema)),
		PlannedState:   m.dynamic(m.schema, change.planned.value(m.schema)),
		Config:         m.dynamic(m.schema, configured),
		PlannedPrivate: change.private,

		PlannedIdentity: change.planned.identity,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	made, diags := m.instance(m.schema, resp.NewState, resp.Private), diagnostics(resp.Diagnostics)
	made.identity = resp.NewIdentity
	if len(diags.errors()) > 0 {
		return made, diags
	}
	for name, planned := range change.planned.attributes {
		got := made.attributes[name]
		if !got.IsFullyKnown() || planned.IsFullyKnown() && !planned.Equal(got) {
			m.t.Errorf("inconsistent result after apply: %s was planned as %s and came out as %s", name, planned, got)
		}
	}
	return made, diags
}

// create plans and applies without a prior instance.
func (m managedType) create(config object) (instance, diagnostics) {
	m.t.Helper()
	m.validate(config).mustSucceed(m.t)
	change, diags := m.plan(instance{}, config)
	diags.mustSucceed(m.t)
	return m.apply(change)
}

func (m managedType) mustCreate(config object) instance {
	m.t.Helper()
	made, diags := m.create(config)
	diags.mustBeQuiet(m.t)
	return made
}

// update plans and applies a change that is no replacement.
func (m managedType) update(prior instance, config object) (instance, diagnostics) {
	m.t.Helper()
	change, planDiags := m.plan(prior, config)
	planDiags.mustSucceed(m.t)
	made, diags := m.apply(change)
	return made, append(planDiags, diags...)
}

func (m managedType) read(prior instance) (instance, diagnostics) {
	m.t.Helper()
	resp, err := m.server.ReadResource(m.context(), &tfprotov6.ReadResourceRequest{
		TypeName:     m.name,
		CurrentState: m.dynamic(m.schema, prior.value(m.schema)),
		Private:      prior.private,

		CurrentIdentity: prior.identity,
	})
	if err != nil {
		m.t.Fatal(err)
	}
	got := m.instance(m.schema, resp.NewState, resp.Private)
	got.identity = resp.NewIdentity
	return got, resp.Diagnostics
}

func (m managedType) mustRead(prior instance) instance {
	m.t.Helper()
	got, diags := m.read(prior)
	diags.mustBeQuiet(m.t)
	return got
}

// destroy plans and applies a deletion.
func (m managedType) destroy(prior instance) diagnostics {
	m.t.Helper()
	change, diags := m.plan(prior, nil)
	if len(diags.errors()) > 0 {
		return diags
	}
	left, applied := m.apply(change)
	if len(applied.errors()) == 0 && left.exists() {
		m.t.Error("a destroy without errors left something in the state")
	}
	return append(diags, applied...)
}

// importState imports and reads, which Terraform always does in one.
func (m managedType) importState(id string) (instance, diagnostics) {
	m.t.Helper()
	return m.importBy(&tfprotov6.ImportResourceStateRequest{TypeName: m.name, ID: id})
}

func (m managedType) importBy(request *tfprotov6.ImportResourceStateRequest) (instance, diagnostics) {
	m.t.Helper()
	resp, err := m.server.ImportResourceState(m.context(), request)
	if err != nil {
		m.t.Fatal(err)
	}
	if diags := diagnostics(resp.Diagnostics); len(diags.errors()) > 0 {
		return instance{}, diags
	}
	if len(resp.ImportedResources) != 1 {
		m.t.Fatalf("%d resources were imported", len(resp.ImportedResources))
	}
	imported := m.instance(m.schema, resp.ImportedResources[0].State, resp.ImportedResources[0].Private)
	imported.identity = resp.ImportedResources[0].Identity
	got, diags := m.read(imported)
	return got, append(resp.Diagnostics, diags...)
}

// instance is an object in the state, or in a plan. The zero one is none.
type instance struct {
	attributes map[string]tftypes.Value
	private    []byte
	// identity is nil where the CLI knows none.
	identity *tfprotov6.ResourceIdentityData
}

func (p *protocol) instance(schema *tfprotov6.Schema, value *tfprotov6.DynamicValue, private []byte) instance {
	p.t.Helper()
	if value == nil {
		return instance{}
	}
	decoded, err := value.Unmarshal(schema.ValueType())
	if err != nil {
		p.t.Fatal(err)
	}
	if decoded.IsNull() {
		return instance{}
	}
	i := instance{private: private}
	if err := decoded.As(&i.attributes); err != nil {
		p.t.Fatal(err)
	}
	return i
}

func (i instance) exists() bool { return i.attributes != nil }

func (i instance) value(schema *tfprotov6.Schema) tftypes.Value {
	if !i.exists() {
		return tftypes.NewValue(schema.ValueType(), nil)
	}
	return tftypes.NewValue(schema.ValueType(), i.attributes)
}

// get is an attribute as text: "null", "unknown", or for a set its elements with commas.
func (i instance) get(name string) string {
	value, ok := i.attributes[name]
	switch {
	case !ok:
		return "absent"
	case value.IsNull():
		return "null"
	case !value.IsKnown():
		return "unknown"
	}
	var text string
	if value.As(&text) == nil {
		return text
	}
	var number big.Float
	if value.As(&number) == nil {
		return number.Text('f', -1)
	}
	var flag bool
	if value.As(&flag) == nil {
		return strconv.FormatBool(flag)
	}
	var elements []tftypes.Value
	if value.As(&elements) == nil {
		var texts []string
		for _, element := range elements {
			_ = element.As(&text)
			texts = append(texts, text)
		}
		slices.Sort(texts)
		return strings.Join(texts, ",")
	}
	return value.String()
}

// differences names the attributes that differ.
func (i instance) differences(other instance) []string {
	var names []string
	for name, value := range i.attributes {
		if !value.Equal(other.attributes[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (p *protocol) dynamic(schema *tfprotov6.Schema, value tftypes.Value) *tfprotov6.DynamicValue {
	p.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(schema.ValueType(), value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &dynamic
}

func (o object) value(t *testing.T, schema *tfprotov6.Schema) tftypes.Value {
	t.Helper()
	return typedValue(t, schema.ValueType(), map[string]any(o))
}

func typedValue(t *testing.T, typ tftypes.Type, v any) tftypes.Value {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case expression:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case tftypes.Value:
		return v
	case int:
		return tftypes.NewValue(typ, big.NewFloat(float64(v)))
	case []string:
		set, ok := typ.(tftypes.Set)
		if !ok {
			t.Fatalf("%s takes no list", typ)
		}
		elements := []tftypes.Value{}
		for _, element := range v {
			elements = append(elements, tftypes.NewValue(set.ElementType, element))
		}
		return tftypes.NewValue(typ, elements)
	case []any:
		var elementType tftypes.Type
		switch typ := typ.(type) {
		case tftypes.Set:
			elementType = typ.ElementType
		case tftypes.List:
			elementType = typ.ElementType
		default:
			t.Fatalf("%s takes no list", typ)
		}
		elements := []tftypes.Value{}
		for _, element := range v {
			elements = append(elements, typedValue(t, elementType, element))
		}
		return tftypes.NewValue(typ, elements)
	case object:
		return typedValue(t, typ, map[string]any(v))
	case map[string]any:
		if mapType, ok := typ.(tftypes.Map); ok {
			elements := map[string]tftypes.Value{}
			for key, element := range v {
				elements[key] = typedValue(t, mapType.ElementType, element)
			}
			return tftypes.NewValue(typ, elements)
		}
		objectType, ok := typ.(tftypes.Object)
		if !ok {
			t.Fatalf("%s takes no object", typ)
		}
		attributes := map[string]tftypes.Value{}
		for name, attribute := range objectType.AttributeTypes {
			attributes[name] = typedValue(t, attribute, v[name])
		}
		for name := range v {
			if attributes[name].Type() == nil {
				t.Fatalf("there is no attribute %s", name)
			}
		}
		return tftypes.NewValue(typ, attributes)
	}
	return tftypes.NewValue(typ, v)
}

// diagnostics is what the provider said.
type diagnostics []*tfprotov6.Diagnostic

func (d diagnostics) errors() []string   { return d.texts(tfprotov6.DiagnosticSeverityError) }
func (d diagnostics) warnings() []string { return d.texts(tfprotov6.DiagnosticSeverityWarning) }

// texts are the diagnostics of a severity, with the attribute in front.
func (d diagnostics) texts(severity tfprotov6.DiagnosticSeverity) []string {
	var texts []string
	for _, diagnostic := range d {
		if diagnostic.Severity == severity {
			texts = append(texts, attributeOf(diagnostic)+": "+diagnostic.Summary+"\n"+diagnostic.Detail)
		}
	}
	return texts
}

// attributeOf names the attribute as a configuration does; it is empty where there is none.
func attributeOf(d *tfprotov6.Diagnostic) string {
	if d.Attribute == nil {
		return ""
	}
	var names []string
	for _, step := range d.Attribute.Steps() {
		if name, ok := step.(tftypes.AttributeName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}

func (d diagnostics) mustSucceed(t *testing.T) {
	t.Helper()
	if errs := d.errors(); len(errs) > 0 {
		t.Fatalf("unexpected errors:\n%s", strings.Join(errs, "\n"))
	}
}

// mustBeQuiet fails on warnings too.
func (d diagnostics) mustBeQuiet(t *testing.T) {
	t.Helper()
	d.mustSucceed(t)
	if warnings := d.warnings(); len(warnings) > 0 {
		t.Fatalf("unexpected warnings:\n%s", strings.Join(warnings, "\n"))
	}
}

// mustFail expects exactly one error, on the attribute, that holds every part.
func (d diagnostics) mustFail(t *testing.T, attribute string, parts ...string) {
	t.Helper()
	mustBeOne(t, "error", d.errors(), attribute, parts)
}

// mustWarn expects success with exactly one warning, on the attribute, that holds every part.
func (d diagnostics) mustWarn(t *testing.T, attribute string, parts ...string) {
	t.Helper()
	d.mustSucceed(t)
	mustBeOne(t, "warning", d.warnings(), attribute, parts)
}

func mustBeOne(t *testing.T, what string, texts []string, attribute string, parts []string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("%d %ss where one was expected:\n%s", len(texts), what, strings.Join(texts, "\n"))
	}
	if !strings.HasPrefix(texts[0], attribute+": ") {
		t.Errorf("the %s is not on %q:\n%s", what, attribute, texts[0])
	}
	for _, part := range parts {
		if !strings.Contains(texts[0], part) {
			t.Errorf("the %s lacks %q:\n%s", what, part, texts[0])
		}
	}
}
