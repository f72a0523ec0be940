package provider_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/providertest"
)

// beyondTheContracts are the types that use no operation of a contract, each with the reason.
var beyondTheContracts = map[string]string{"lusid_access_token": "the token endpoint is an OAuth server's"}

// coverageSections are the sections of the guide with the tables, by API.
var coverageSections = map[string]string{"identity": "Identity API", "access": "Access API"}

// coverage is one row of a table in the guide.
type coverage struct {
	operations []string
	// by has the directories of the kinds that cover the operations, such as "data-sources", by type.
	by map[string][]string
}

var (
	quoted = regexp.MustCompile("`([^`]+)`")
	// covered matches a list of kinds and a list of types.
	covered = regexp.MustCompile("^([a-z ,]+) (`lusid_[a-z_]+`(?:, `lusid_[a-z_]+`)*)$")
)

// notCovered matches the reason why nothing covers an operation.
var notCovered = regexp.MustCompile(`^Not covered( yet)?: .+\.$`)

// readCoverage reads the table of the operations of an API, and of what covers them.
func readCoverage(t *testing.T, api string) []coverage {
	t.Helper()
	_, text, found := strings.Cut(providertest.ReadText(t, "../../templates/guides/api-coverage.md.tmpl"), "\n## "+coverageSections[api]+"\n")
	if !found {
		t.Fatalf("the guide has no section %q", coverageSections[api])
	}
	text, _, _ = strings.Cut(text, "\n## ")
	var rows []coverage
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || !strings.Contains(cells[2], "`") {
			continue
		}
		row := coverage{by: map[string][]string{}}
		for _, match := range quoted.FindAllStringSubmatch(cells[2], -1) {
			row.operations = append(row.operations, match[1])
		}
		rows = append(rows, row)
		by := strings.TrimSpace(cells[3])
		if notCovered.MatchString(by) {
			continue
		}
		for part := range strings.SplitSeq(by, "; ") {
			match := covered.FindStringSubmatch(part)
			if match == nil {
				t.Errorf("%s: the row has neither types nor a reason why nothing covers them: %q", row.operations, part)
				continue
			}
			for _, typeName := range quoted.FindAllStringSubmatch(match[2], -1) {
				for kind := range strings.SplitSeq(strings.ReplaceAll(match[1], " and ", ", "), ", ") {
					directory := strings.ReplaceAll(strings.TrimSuffix(kind, "s"), " ", "-") + "s"
					row.by[typeName[1]] = append(row.by[typeName[1]], directory)
				}
			}
		}
	}
	return rows
}

// contractOperations returns the ids of every operation of an API.
func contractOperations(t *testing.T, api string) []string {
	t.Helper()
	var contract struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal([]byte(providertest.ReadText(t, "../mockserver/"+api+"-openapi.json")), &contract); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, item := range contract.Paths {
		for _, operation := range item {
			ids = append(ids, operation.OperationID)
		}
	}
	return ids
}

// TestCoverage_operations checks that every operation of each contract is in exactly one row.
func TestCoverage_operations(t *testing.T) {
	t.Parallel()
	for api := range coverageSections {
		rows := map[string]int{}
		for _, row := range readCoverage(t, api) {
			for _, operation := range row.operations {
				rows[operation]++
			}
		}
		for _, operation := range contractOperations(t, api) {
			if rows[operation] != 1 {
				t.Errorf("%s.%s is in %d rows, want 1", api, operation, rows[operation])
			}
			delete(rows, operation)
		}
		for _, operation := range slices.Sorted(maps.Keys(rows)) {
			t.Errorf("the contract has no operation %s.%s", api, operation)
		}
	}
}

// TestCoverage_types checks that the rows name every type that the provider serves, and no other type.
func TestCoverage_types(t *testing.T) {
	t.Parallel()
	served := map[string]bool{}
	for _, k := range kinds(providertest.NewProtocol(t)) {
		if k.block == "" {
			continue // Functions send no requests.
		}
		for name := range k.served {
			served[k.directory+" "+name] = true
		}
	}
	named := map[string]bool{}
	for api := range coverageSections {
		for _, row := range readCoverage(t, api) {
			for name, kinds := range row.by {
				for _, kind := range kinds {
					named[kind+" "+name] = true
				}
			}
		}
	}
	for thing := range named {
		if !served[thing] {
			t.Errorf("the guide names %s, which the provider does not serve", thing)
		}
	}
	for thing := range served {
		_, name, _ := strings.Cut(thing, " ")
		if !named[thing] && beyondTheContracts[name] == "" {
			t.Errorf("the guide does not name %s", thing)
		}
	}
}
