package providertest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/finbourne/terraform-provider-lusid/internal/mockserver"
)

// KindFixture describes a kind of resource for the tests that cover every kind: the lifecycles, the
// budgets, the fault matrix, the canaries, the walk through the constraints, and the tests of interrupts
// and of lists that lag. To add a kind, add one KindFixture to Fixtures.
type KindFixture struct {
	// Label is the name of the kind's resources in a configuration. Different kinds of the same type have
	// different labels.
	Label string
	// Most is the maximum number of objects in a domain. Zero means any number.
	Most int

	// Config is the configuration of an object. In a text, ${n} is the object's number, and ${n+1} is the
	// next number. An int that depends on the number is a Numbered. The objects of all kinds can exist in
	// the same domain of FixtureSeed. See Object.Number.
	Config Object
	// Changed is the configuration after an update in place, and Rotated after the rotation of a
	// secret. Nil means that the kind has no such change.
	Changed, Rotated Object
	// Many changes attributes of a configuration with n objects. Step is 1 for the create, and 2 for an
	// update of each object. Nil means that Config and Changed are enough.
	Many func(n, step int) Object

	// ImportBy is the attribute with the import ID.
	ImportBy string
	// Query is the configuration of the list resource. Nil means an empty configuration.
	Query Object
	// Unlisted is true if the type has no list resource.
	Unlisted bool
	// Listings are API paths whose responses together contain all objects of the kind.
	Listings []string

	// Cost has the requests for n objects.
	Cost Cost
	// Faults has the properties that the fault matrix can't detect.
	Faults Faults
	// Examples are the domains of the kind's examples. Empty means that the examples need no other
	// objects.
	Examples ExampleSeeds
	// Life returns the kind's life in TestAccLifecycle. It is nil for a singleton, and for a kind whose
	// type has a life in another kind.
	Life func(t *testing.T, d Domain) Life
}

// Calls are numbers of requests by operation.
type Calls map[string]int

// Add returns the sum.
func (c Calls) Add(more Calls) Calls {
	sum := maps.Clone(c)
	for operation, n := range more {
		sum[operation] += n
	}
	return sum
}

// Cost has the requests for n objects of a kind. Nil means no requests.
type Cost struct {
	// Refresh has the requests of a refresh, which every command makes except a create. The other fields
	// have the additional requests.
	Create, Refresh, Update, Destroy func(n int) Calls
	// Plan has the requests of each plan of a create. DestroyPlan has the requests of the plan of a
	// destroy, in a process that only plans.
	Plan, DestroyPlan func(n int) Calls
}

// The phases of the fault matrix are the operations of the provider during which a fault occurs.
const (
	Creating   = "create"
	Reading    = "read"
	Refreshing = "refresh of many"
	Updating   = "update"
	Rotating   = "rotate"
	Deleting   = "delete"
	Querying   = "list"
	Importing  = "import"
)

// Faults describes how a kind differs from other kinds in the fault matrix. The matrix does a run without
// faults to find out which requests a kind makes.
type Faults struct {
	// OptionalRequest is the list that a create requests first, and that a refresh of many objects uses.
	// If the list fails, both continue without it. Empty means that the kind has no such list.
	OptionalRequest string
	// OnlyForWarning are, by phase, requests that the provider needs only to write a warning.
	OnlyForWarning map[string]string
	// ReadsFirst is the read with which a create starts, because it adopts existing objects. The plan of
	// the create sends the same read, but needs it only to write a warning.
	ReadsFirst string
	// FailureOnlyWarns are, by phase, requests whose failure is a warning and not an error.
	FailureOnlyWarns map[string]string
	// ShownOnce is true if the response to a create has a value that LUSID returns only once. If that response is
	// lost and the object is found, the create fails, and the user decides about the object.
	ShownOnce bool
	// Versioned is true if each update stores a new version, and so must not be retried.
	Versioned string
	// Repeatable is a POST whose retry has no further effect.
	Repeatable string
	// Adopts is true if a create changes an object that LUSID always has. If the response is lost, no
	// object exists that the state does not contain.
	Adopts bool
	// OldSecretUnknown is true if the provider doesn't know the secret that a rotation replaces.
	OldSecretUnknown bool
	// Holds checks the attributes of an object in the state that a refresh doesn't read.
	Holds func(t *testing.T, d Domain, made Instance)
}

// Life has the steps for the first object of a kind in TestAccLifecycle. Its numbers of requests don't
// include requests that only read.
type Life struct {
	// More are additional attributes of the configurations.
	More Object

	// Drift changes the object behind Terraform's back. The next plan contains all of Drifted. Mended has
	// the requests of the next apply. It is empty if the provider ignores the change.
	Drift   func()
	Drifted []string
	Mended  map[string]int

	// Vanish removes the object behind Terraform's back. DeletedAndMadeAgain has the requests of the next
	// apply, which creates the object again. Vanish is nil if it would remove another object too. Such a
	// kind has a separate test.
	Vanish              func()
	DeletedAndMadeAgain map[string]int

	// Replacement is a configuration in which ReplacedBy differs, and perhaps attributes that depend on
	// it. Replaced has the requests of the replacement.
	Replacement Object
	ReplacedBy  string
	Replaced    map[string]int

	// RefusedCreate, RefusedRead, RefusedUpdate and RefusedDelete are the summaries of the errors for a
	// user without rights.
	RefusedCreate, RefusedRead, RefusedUpdate, RefusedDelete string

	// Secrets are the attributes that must never appear in output for people.
	Secrets []string
}

// TypeNameOf returns the resource type of a kind.
func TypeNameOf(kind string) string {
	typeName, _, _ := strings.Cut(kind, " ")
	return typeName
}

// Change returns the configuration after an update or a rotation. Nil means that the kind has neither.
func (k KindFixture) Change() Object {
	if k.Rotated != nil {
		return k.Rotated
	}
	return k.Changed
}

// Count returns how many of n objects a domain can have.
func (k KindFixture) Count(n int) int {
	if k.Most > 0 {
		return min(n, k.Most)
	}
	return n
}

// HCL returns n objects of the kind as one resource with count. Step is 1 for the create, and 2 for an
// update of each object.
func (k KindFixture) HCL(kind string, n, step int) string {
	config := k.Config
	if change := k.Change(); step > 1 && change != nil {
		config = change
	}
	if k.Most == 1 {
		return fmt.Sprintf("\nresource %q %q %s\n", TypeNameOf(kind), k.Label, HCLValue(config))
	}
	counted, _ := numbered(map[string]any(config), func(text string, isWhole bool) any {
		if isWhole {
			return Expression(strings.ReplaceAll(text, "${n}", "count.index"))
		}
		return Expression(strconv.Quote(numberPattern.ReplaceAllStringFunc(text, func(number string) string {
			return strings.Replace(number, "n", "count.index", 1)
		})))
	}).(Object)
	counted["count"] = k.Count(n)
	if k.Many != nil {
		maps.Copy(counted, k.Many(n, step))
	}
	return fmt.Sprintf("\nresource %q %q %s\n", TypeNameOf(kind), k.Label, HCLValue(counted))
}

// Numbered is an int that depends on the number of an object: First for number 0, and Step more for each
// following number.
type Numbered struct{ First, Step int }

var numberPattern = regexp.MustCompile(`\$\{n(\+\d+)?\}`)

// Number returns the configuration of object n of a kind.
func (o Object) Number(n int) Object {
	if o == nil {
		return nil
	}
	config, _ := numbered(map[string]any(o), func(text string, isWhole bool) any {
		if isWhole {
			var first, step int
			if _, err := fmt.Sscanf(text, "%d + %d * ${n}", &first, &step); err != nil {
				panic(err)
			}
			return first + step*n
		}
		return numberPattern.ReplaceAllStringFunc(text, func(number string) string {
			more, _ := strconv.Atoi(strings.Trim(number, "${n+}"))
			return strconv.Itoa(n + more)
		})
	}).(Object)
	return config
}

// numbered copies a value. It replaces the parts that depend on a number with the result of put: texts that
// contain a number, and Numbered values.
func numbered(v any, put func(text string, isWhole bool) any) any {
	switch v := v.(type) {
	case string:
		if numberPattern.MatchString(v) {
			return put(v, false)
		}
		return v
	case Numbered:
		return put(fmt.Sprintf("%d + %d * ${n}", v.First, v.Step), true)
	case []string:
		if !slices.ContainsFunc(v, numberPattern.MatchString) {
			return v
		}
		elements := []any{}
		for _, element := range v {
			elements = append(elements, numbered(element, put))
		}
		return elements
	case []any:
		elements := []any{}
		for _, element := range v {
			elements = append(elements, numbered(element, put))
		}
		return elements
	case Object:
		return numbered(map[string]any(v), put)
	case map[string]any:
		object := Object{}
		for name, value := range v {
			object[name] = numbered(value, put)
		}
		return object
	}
	return v
}

// FixtureSeed returns the objects that n objects of every kind refer to: roles that they assign to users,
// and policy collections that they attach to access roles.
func FixtureSeed(n int) mockserver.Seed {
	var seed mockserver.Seed
	for i := range n + 2 {
		seed.Users = append(seed.Users, mockserver.User{
			ID: fmt.Sprint("user-", i), Username: fmt.Sprintf("user-%d@acme.com", i), FirstName: "User", LastName: "Seeded",
		})
		for _, kind := range []string{"assigned", "staffed"} {
			seed.Roles = append(seed.Roles, mockserver.Role{ID: fmt.Sprint(kind, "-", i), Name: fmt.Sprint(kind, "-", i)})
		}
	}
	for i := range n + 2 {
		seed.PolicyCollections = append(seed.PolicyCollections, fmt.Appendf(nil, `{"code": "attached-%d"}`, i))
	}
	for i := range assignedRoles(n) {
		seed.AccessRoles = append(seed.AccessRoles, fmt.Appendf(nil,
			`{"code": "attached-%d", "when": {"activate": "2024-01-01T00:00:00Z"}, "resource": {"policyIdRoleResource": {"policies": []}}}`, i))
	}
	return seed
}
