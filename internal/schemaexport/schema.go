package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// export returns the complete schema of a provider server. The result has one provider, name.
func export(ctx context.Context, name string, server tfprotov6.ProviderServer) (*tfjson.ProviderSchemas, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	if err := diagnosticsError(append(schemas.Diagnostics, identities.Diagnostics...)); err != nil {
		return nil, err
	}

	c := &converter{}
	provider := &tfjson.ProviderSchema{
		ConfigSchema:             c.schema(schemas.Provider),
		ResourceSchemas:          each(schemas.ResourceSchemas, c.schema),
		DataSourceSchemas:        each(schemas.DataSourceSchemas, c.schema),
		EphemeralResourceSchemas: each(schemas.EphemeralResourceSchemas, c.schema),
		ListResourceSchemas:      each(schemas.ListResourceSchemas, c.schema),
		ActionSchemas:            each(schemas.ActionSchemas, c.action),
		Functions:                each(schemas.Functions, c.function),
		ResourceIdentitySchemas:  each(identities.IdentitySchemas, c.identity),
	}
	if c.err != nil {
		return nil, c.err
	}
	return &tfjson.ProviderSchemas{
		FormatVersion: "1.0",
		Schemas:       map[string]*tfjson.ProviderSchema{name: provider},
	}, nil
}

// diagnosticsError returns the first error in the diagnostics.
func diagnosticsError(diags []*tfprotov6.Diagnostic) error {
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return fmt.Errorf("%s: %s", d.Summary, d.Detail)
		}
	}
	return nil
}

// converter converts the protocol's schemas to those of terraform-json. It keeps the first error.
type converter struct {
	err error
}

func each[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, v := range in {
		out[name] = convert(v)
	}
	return out
}

func (c *converter) schema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: uint64(max(s.Version, 0)), Block: c.block(s.Block)}
}

func (c *converter) action(s *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: c.block(s.Schema.Block)}
}

func (c *converter) block(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	blocks := make(map[string]*tfjson.SchemaBlockType, len(b.BlockTypes))
	for _, t := range b.BlockTypes {
		blocks[t.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: nesting(t.Nesting),
			Block:       c.block(t.Block),
			MinItems:    uint64(max(t.MinItems, 0)),
			MaxItems:    uint64(max(t.MaxItems, 0)),
		}
	}
	return &tfjson.SchemaBlock{
		Attributes:      c.attributes(b.Attributes),
		NestedBlocks:    blocks,
		Description:     b.Description,
		DescriptionKind: kind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
}

func (c *converter) attributes(in []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	out := make(map[string]*tfjson.SchemaAttribute, len(in))
	for _, a := range in {
		attribute := &tfjson.SchemaAttribute{
			Description:     a.Description,
			DescriptionKind: kind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes:  c.attributes(a.NestedType.Attributes),
				NestingMode: nesting(a.NestedType.Nesting),
			}
		} else {
			attribute.AttributeType = c.ctyType(a.Type)
		}
		out[a.Name] = attribute
	}
	return out
}

func (c *converter) function(f *tfprotov6.Function) *tfjson.FunctionSignature {
	signature := &tfjson.FunctionSignature{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         c.ctyType(f.Return.Type),
	}
	for _, p := range f.Parameters {
		signature.Parameters = append(signature.Parameters, c.parameter(p))
	}
	if f.VariadicParameter != nil {
		signature.VariadicParameter = c.parameter(f.VariadicParameter)
	}
	return signature
}

func (c *converter) parameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	return &tfjson.FunctionParameter{
		Name:        p.Name,
		Description: p.Description,
		IsNullable:  p.AllowNullValue,
		Type:        c.ctyType(p.Type),
	}
}

func (c *converter) identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	attributes := make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType:      c.ctyType(a.Type),
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: uint64(max(s.Version, 0)), Attributes: attributes}
}

// ctyType converts a type through JSON, the only format that both type systems document.
func (c *converter) ctyType(t tftypes.Type) cty.Type {
	var out cty.Type
	b, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("type %s: %w", t, err)
	}
	return out
}

// nesting converts the nesting mode of a block or a nested attribute, because the modes have the same
// names.
func nesting(mode fmt.Stringer) tfjson.SchemaNestingMode {
	return tfjson.SchemaNestingMode(strings.ToLower(mode.String()))
}

func kind(k tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(k.String()))
}
