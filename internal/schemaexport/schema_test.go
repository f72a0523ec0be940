package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/finbourne/terraform-provider-lusid/internal/provider"
)

// stubServer responds to the two calls of export.
type stubServer struct {
	tfprotov6.ProviderServer

	schemas    tfprotov6.GetProviderSchemaResponse
	identities tfprotov6.GetResourceIdentitySchemasResponse
}

func (s *stubServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &s.schemas, nil
}

func (s *stubServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &s.identities, nil
}

func TestExport_everyKind(t *testing.T) {
	t.Parallel()
	schema := func(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
		return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
	}
	id := &tfprotov6.SchemaAttribute{Name: "id", Type: tftypes.String, Computed: true}
	server := &stubServer{
		schemas: tfprotov6.GetProviderSchemaResponse{
			Provider: schema(),
			ResourceSchemas: map[string]*tfprotov6.Schema{"x_thing": {
				Version: 2,
				Block: &tfprotov6.SchemaBlock{
					Description:     "A *thing*.",
					DescriptionKind: tfprotov6.StringKindMarkdown,
					Deprecated:      true,
					Attributes: []*tfprotov6.SchemaAttribute{
						{Name: "password", Type: tftypes.String, Optional: true, Sensitive: true, WriteOnly: true},
						{Name: "labels", Type: tftypes.Map{ElementType: tftypes.String}, Required: true, Deprecated: true},
						{Name: "rules", Optional: true, Computed: true, NestedType: &tfprotov6.SchemaObject{
							Nesting: tfprotov6.SchemaObjectNestingModeList,
							Attributes: []*tfprotov6.SchemaAttribute{{
								Name: "any", Type: tftypes.DynamicPseudoType, Required: true,
								Description: "Any.", DescriptionKind: tfprotov6.StringKindMarkdown,
							}},
						}},
					},
					BlockTypes: []*tfprotov6.SchemaNestedBlock{{
						TypeName: "limit",
						Nesting:  tfprotov6.SchemaNestedBlockNestingModeSet,
						MinItems: 1, MaxItems: 3,
						Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{id}},
					}},
				},
			}},
			DataSourceSchemas:        map[string]*tfprotov6.Schema{"x_data": schema(id)},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"x_ephemeral": schema(id)},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"x_list": schema()},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"x_action": {Schema: schema(id)}},
			Functions: map[string]*tfprotov6.Function{"f": {
				Summary: "S", Description: "D", DeprecationMessage: "Use g.",
				Parameters: []*tfprotov6.FunctionParameter{
					{Name: "a", Description: "A", AllowNullValue: true, Type: tftypes.Bool},
				},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "rest", Type: tftypes.Number},
				Return: &tfprotov6.FunctionReturn{Type: tftypes.Object{
					AttributeTypes: map[string]tftypes.Type{"ok": tftypes.Bool},
				}},
			}},
		},
		identities: tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"x_thing": {
				Version: 1,
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
					{Name: "id", Type: tftypes.String, RequiredForImport: true, Description: "The id."},
					{Name: "code", Type: tftypes.String, OptionalForImport: true},
				},
			}},
		},
	}

	const want = `{
		"format_version": "1.0",
		"provider_schemas": {"x": {
			"provider": {"version": 0, "block": {"description_kind": "plain"}},
			"resource_schemas": {"x_thing": {"version": 2, "block": {
				"attributes": {
					"password": {"type": "string", "description_kind": "plain", "optional": true, "sensitive": true, "write_only": true},
					"labels": {"type": ["map", "string"], "description_kind": "plain", "required": true, "deprecated": true},
					"rules": {
						"nested_type": {
							"nesting_mode": "list",
							"attributes": {"any": {"type": "dynamic", "description": "Any.", "description_kind": "markdown", "required": true}}
						},
						"description_kind": "plain", "optional": true, "computed": true
					}
				},
				"block_types": {"limit": {
					"nesting_mode": "set", "min_items": 1, "max_items": 3,
					"block": {"attributes": {"id": {"type": "string", "description_kind": "plain", "computed": true}}, "description_kind": "plain"}
				}},
				"description": "A *thing*.", "description_kind": "markdown", "deprecated": true
			}}},
			"data_source_schemas": {"x_data": {"version": 0, "block": {
				"attributes": {"id": {"type": "string", "description_kind": "plain", "computed": true}}, "description_kind": "plain"
			}}},
			"ephemeral_resource_schemas": {"x_ephemeral": {"version": 0, "block": {
				"attributes": {"id": {"type": "string", "description_kind": "plain", "computed": true}}, "description_kind": "plain"
			}}},
			"list_resource_schemas": {"x_list": {"version": 0, "block": {"description_kind": "plain"}}},
			"action_schemas": {"x_action": {"block": {
				"attributes": {"id": {"type": "string", "description_kind": "plain", "computed": true}}, "description_kind": "plain"
			}}},
			"functions": {"f": {
				"summary": "S", "description": "D", "deprecation_message": "Use g.",
				"parameters": [{"name": "a", "description": "A", "is_nullable": true, "type": "bool"}],
				"variadic_parameter": {"name": "rest", "type": "number"},
				"return_type": ["object", {"ok": "bool"}]
			}},
			"resource_identity_schemas": {"x_thing": {"version": 1, "attributes": {
				"id": {"type": "string", "description": "The id.", "required_for_import": true},
				"code": {"type": "string", "optional_for_import": true}
			}}}
		}}
	}`

	schemas, err := export(t.Context(), "x", server)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(schemas)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, want), decode(t, string(got))); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
	if err := json.Unmarshal(got, &tfjson.ProviderSchemas{}); err != nil {
		t.Errorf("terraform-json can't read the exported schema: %v", err)
	}
}

func TestExport_errors(t *testing.T) {
	t.Parallel()
	broken := []*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Only a warning"},
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Broken schema", Detail: "x_thing has none"},
	}
	for name, server := range map[string]*stubServer{
		"schema diagnostic":   {schemas: tfprotov6.GetProviderSchemaResponse{Diagnostics: broken}},
		"identity diagnostic": {identities: tfprotov6.GetResourceIdentitySchemasResponse{Diagnostics: broken}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := export(t.Context(), "x", server)
			if err == nil || !strings.Contains(err.Error(), "Broken schema: x_thing has none") {
				t.Errorf("got %v, want the schema's error", err)
			}
		})
	}
}

// TestExport_provider checks that the export contains everything that the provider registers.
func TestExport_provider(t *testing.T) {
	t.Parallel()
	server := provider.NewServer("test")
	schemas, err := export(t.Context(), "lusid", server)
	if err != nil {
		t.Fatal(err)
	}
	metadata, err := server.GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, r := range metadata.Resources {
		want = append(want, "resource "+r.TypeName)
	}
	for _, d := range metadata.DataSources {
		want = append(want, "data source "+d.TypeName)
	}
	for _, e := range metadata.EphemeralResources {
		want = append(want, "ephemeral resource "+e.TypeName)
	}
	for _, l := range metadata.ListResources {
		want = append(want, "list resource "+l.TypeName)
	}
	for _, a := range metadata.Actions {
		want = append(want, "action "+a.TypeName)
	}
	for _, f := range metadata.Functions {
		want = append(want, "function "+f.Name)
	}
	add := func(kind string, names []string) {
		for _, name := range names {
			got = append(got, kind+" "+name)
		}
	}
	lusid := schemas.Schemas["lusid"]
	add("resource", slices.Collect(maps.Keys(lusid.ResourceSchemas)))
	add("data source", slices.Collect(maps.Keys(lusid.DataSourceSchemas)))
	add("ephemeral resource", slices.Collect(maps.Keys(lusid.EphemeralResourceSchemas)))
	add("list resource", slices.Collect(maps.Keys(lusid.ListResourceSchemas)))
	add("action", slices.Collect(maps.Keys(lusid.ActionSchemas)))
	add("function", slices.Collect(maps.Keys(lusid.Functions)))
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exported (-want +got):\n%s", diff)
	}
}

func decode(t *testing.T, s string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
