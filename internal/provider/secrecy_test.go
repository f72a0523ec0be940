package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
	"github.com/finbourne/terraform-provider-lusid/internal/provider"
	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// TestSecrecy_printing prints every type that has secrets with every verb of fmt, and expects no
// secret.
func TestSecrecy_printing(t *testing.T) {
	t.Parallel()
	const canary = "c4nary-secret"
	credentials := mockserver.New(mockserver.Options{Seed: mockserver.Seed{User: mockserver.User{Username: "u", Password: canary}}}).Credentials()
	if credentials.Password != canary {
		t.Fatal("the mock's credentials do not contain the canary password")
	}
	values := provider.HoldersOf(canary)
	values["mock's credentials"] = credentials
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%10v"} {
			for _, text := range []string{fmt.Sprintf(verb, value), fmt.Sprintf(verb, pointerTo(value)), fmt.Sprintf(verb, []any{value}), fmt.Sprintf(verb, struct{ Value any }{value})} {
				providertest.MustBeAbsent(t, name+" in "+verb, text, map[string]string{
					"a secret":                canary,
					"a secret in hexadecimal": fmt.Sprintf("%x", canary),
				})
			}
		}
		providertest.MustBeAbsent(t, name+" in an error", fmt.Errorf("failed with %w: %v", fmt.Errorf("%v", value), value).Error(),
			map[string]string{"a secret": canary})
		var log bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(handler).Info("message", "value", value, "pointer", pointerTo(value))
		}
		providertest.MustBeAbsent(t, name+" in slog", log.String(), map[string]string{"a secret": canary})
		if name == "mock's credentials" {
			continue // The mock's control API shows its credentials on purpose.
		}
		if encoded, err := json.Marshal(value); err == nil {
			providertest.MustBeAbsent(t, name+" in JSON", string(encoded), map[string]string{"a secret": canary})
		}
	}
}

func pointerTo(value any) any {
	pointer := reflect.New(reflect.TypeOf(value))
	pointer.Elem().Set(reflect.ValueOf(value))
	return pointer.Interface()
}

// TestSecrecy_conventions expects a Format method on every struct of the client and the provider that
// could print a secret. These are the structs with a sensitive attribute, and the structs with a secret
// type in an unexported field. fmt does not call the Format method of a value in an unexported field,
// so the struct itself needs one.
func TestSecrecy_conventions(t *testing.T) {
	t.Parallel()
	sensitive := sensitiveAttributes(providertest.NewProtocol(t))
	if len(sensitive) < 5 {
		t.Fatalf("got the sensitive attributes %v, want at least 5", sensitive)
	}
	structs, formatted := map[string]*ast.StructType{}, map[string]bool{}
	for _, directory := range []string{"../client", "../client/*", "config", "."} {
		paths, err := filepath.Glob(filepath.Join(directory, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, declaration := range file.Decls {
				switch d := declaration.(type) {
				case *ast.FuncDecl:
					if d.Recv != nil && d.Name.Name == "Format" {
						formatted[file.Name.Name+"."+nameOf(d.Recv.List[0].Type, "")] = true
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						if s, ok := spec.(*ast.TypeSpec); ok {
							if structure, ok := s.Type.(*ast.StructType); ok {
								structs[file.Name.Name+"."+s.Name.Name] = structure
							}
						}
					}
				}
			}
		}
	}

	holders := map[string]bool{"client.Secret": true, "oauth2.Token": true}
	for range structs {
		for name, structure := range structs {
			packageName, _, _ := strings.Cut(name, ".")
			for _, field := range structure.Fields.List {
				holders[name] = holders[name] || holders[nameOf(field.Type, packageName)]
			}
		}
	}
	var needing []string
	for name, structure := range structs {
		packageName, _, _ := strings.Cut(name, ".")
		for _, field := range structure.Fields.List {
			isUnexported := slices.ContainsFunc(field.Names, func(n *ast.Ident) bool { return !n.IsExported() })
			var tag string
			if field.Tag != nil {
				tag = reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("tfsdk")
			}
			if sensitive[tag] || isUnexported && holders[nameOf(field.Type, packageName)] {
				needing = append(needing, name)
				break
			}
		}
	}
	if len(needing) < 10 || !holders["client.Config"] || !holders["provider.connection"] || !holders["config.Choice"] {
		t.Errorf("this test does not find the structs that need a Format method: got %v, from the types with secrets %v", needing, slices.Sorted(maps.Keys(holders)))
	}
	for _, name := range needing {
		if !formatted[name] {
			t.Errorf("%s needs a Format method: fmt would print its secrets", name)
		}
	}
}

// nameOf returns the name of a type, with its package if packageName is not empty. For a list, a map or
// a pointer it returns the name of the element type, because fmt also prints the elements. A function
// type has no name.
func nameOf(expression ast.Expr, packageName string) string {
	switch e := expression.(type) {
	case *ast.Ident:
		if packageName == "" {
			return e.Name
		}
		return packageName + "." + e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
	case *ast.ArrayType:
		return nameOf(e.Elt, packageName)
	case *ast.MapType:
		return nameOf(e.Value, packageName)
	case *ast.StarExpr:
		return nameOf(e.X, packageName)
	}
	return ""
}

// sensitiveAttributes returns the names of all attributes that are sensitive in at least one schema.
func sensitiveAttributes(p *providertest.Protocol) map[string]bool {
	names := map[string]bool{}
	note := func(schemas map[string]*tfprotov6.Schema) {
		for _, schema := range schemas {
			for _, attribute := range schema.Block.Attributes {
				if attribute.Sensitive {
					names[attribute.Name] = true
				}
			}
		}
	}
	for _, k := range kinds(p) {
		if k.block != "" {
			note(k.served)
		}
	}
	return names
}
