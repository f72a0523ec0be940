package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// attributesOf parses a configuration, and returns the type and the arguments of each resource as text.
func attributesOf(t *testing.T, configuration string) []map[string]string {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(configuration), "main.tf")
	if diags.HasErrors() {
		t.Fatalf("got the errors %s for the configuration\n%s", diags, configuration)
	}
	content, _, diags := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{
		Type:       "resource",
		LabelNames: []string{"type", "name"},
	}}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	names, all := map[string]bool{}, []map[string]string{}
	for _, block := range content.Blocks {
		if names[block.Labels[1]] {
			t.Errorf("the configuration has the resource %q twice", block.Labels)
		}
		names[block.Labels[1]] = true
		attributes, diags := block.Body.JustAttributes()
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		values := map[string]string{"type of the resource": block.Labels[0]}
		for name, attribute := range attributes {
			value, diags := attribute.Expr.Value(nil)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			values[name] = value.GoString()
		}
		all = append(all, values)
	}
	return all
}

func TestWorkloads_configuration(t *testing.T) {
	t.Parallel()
	for _, w := range workloads {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			n := 45
			if w.most > 0 {
				n = min(n, w.most)
			}
			all := attributesOf(t, w.configuration(n))
			if len(all) != n {
				t.Fatalf("got %d resources in the configuration, want %d", len(all), n)
			}
			// All resources are different, and fields that LUSID requires to be unique are unique.
			seen := map[string]bool{}
			for _, attributes := range all {
				keys := []string{fmt.Sprint(attributes)}
				for _, unique := range []string{"client_id", "display_name", "login", "email_address", "code", "name", "issuer"} {
					if value, ok := attributes[unique]; ok {
						keys = append(keys, attributes["type of the resource"]+" "+unique+" "+value)
					}
				}
				for _, key := range keys {
					if seen[key] {
						t.Errorf("got the same %s twice, want unique values", key)
					}
					seen[key] = true
				}
			}
		})
	}
}

// TestWorkloads_seed checks that the seed has the role and the user of each assignment, and that the
// domain accepts the seed.
func TestWorkloads_seed(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 20, 45, 1000} {
		seed := rolesAndUsers(n)
		data, err := json.Marshal(seed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := mockserver.ParseSeed(data); err != nil {
			t.Errorf("%d resources: got %v, want a valid seed", n, err)
		}
		ids := map[string]bool{}
		for _, role := range seed.Roles {
			ids[`cty.StringVal("`+role.ID+`")`] = true
		}
		for _, user := range seed.Users {
			ids[`cty.StringVal("`+user.ID+`")`] = true
		}
		w := workload{block: assignment}
		for _, attributes := range attributesOf(t, w.configuration(n)) {
			for _, id := range []string{attributes["role_id"], attributes["user_id"]} {
				if !ids[id] {
					t.Fatalf("%d resources: want %s in the seed", n, id)
				}
			}
		}
	}
}

func TestParseSizes(t *testing.T) {
	t.Parallel()
	sizes, err := parseSizes("1000, 100,100")
	if err != nil || !slices.Equal(sizes, []int{100, 1000}) {
		t.Errorf("got the sizes %v and the error %v, want 100 and 1000", sizes, err)
	}
	for _, wrong := range []string{"", "0", "-1", "100,", "many"} {
		if sizes, err := parseSizes(wrong); err == nil {
			t.Errorf("parseSizes accepted %q as %v, want an error", wrong, sizes)
		}
	}
}
