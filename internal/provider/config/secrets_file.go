package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
)

// secretsFile is one section of a secrets.json as every LUSID SDK reads it: "api", or a profile.
type secretsFile struct {
	path string
	// section is the path of the values in the file, such as `api` or `profiles.acme`.
	section string
	values  *jsonNode
	// shared has the values outside the sections: "proxy", in one SDK's files.
	shared []*jsonNode
}

// Format prints the file without the values in it.
func (secretsFile) Format(f fmt.State, _ rune) { conceal(f, "secretsFile") }

// readSecretsFile reads the file and chooses the section. An empty profile means the file's
// profileName, else "default". Its errors name the file and the position, never a value.
func readSecretsFile(path, profile string) (*secretsFile, error) {
	root, err := readJSON(path)
	if err != nil {
		return nil, err
	}
	file := &secretsFile{path: path, shared: []*jsonNode{root}}
	if root.kind != "object" {
		return nil, fmt.Errorf("the secrets file %s contains a JSON %s instead of an object with \"api\" or \"profiles\"", path, root.kind)
	}
	api, profiles := root.member("api"), root.member("profiles")
	if err := expectObject(path, "api", api); err != nil {
		return nil, err
	}
	if err := expectObject(path, "profiles", profiles); err != nil {
		return nil, err
	}
	if profiles == nil {
		if profile != "" {
			return nil, fmt.Errorf("the secrets file %s has no \"profiles\", so it has no profile %q", path, profile)
		}
		if api == nil {
			return nil, fmt.Errorf("the secrets file %s has neither \"api\" nor \"profiles\", so the provider reads no setting from it. "+
				"Put the settings into an object named \"api\", as the LUSID web app exports them", path)
		}
		file.section, file.values = "api", api
		return file, nil
	}

	file.shared = append(file.shared, profiles)
	name := profile
	if name == "" {
		if node := root.member("profileName"); node != nil {
			if name, err = node.text(path, "profileName"); err != nil {
				return nil, err
			}
		}
	}
	if name == "" && profiles.member("default") == nil && api != nil {
		file.section, file.values = "api", api
		return file, nil
	}
	if name == "" {
		name = "default"
	}
	section := profiles.member(name)
	if section == nil || strings.EqualFold(name, "proxy") {
		err := fmt.Errorf("the secrets file %s has no profile %q. Its profiles are: %s", path, name, strings.Join(profileNames(profiles), ", "))
		if profile == "" {
			err = fmt.Errorf("%w. To choose one, set profile in the provider block, or set FBN_PROFILE", err)
		}
		return nil, err
	}
	if err := expectObject(path, "profiles."+name, section); err != nil {
		return nil, err
	}
	file.section, file.values = "profiles."+name, section
	return file, nil
}

func expectObject(path, key string, node *jsonNode) error {
	if node == nil || node.kind == "object" {
		return nil
	}
	return fmt.Errorf("the secrets file %s contains a JSON %s at %q instead of an object (%s)", path, node.kind, key, node.position)
}

// profileNames leaves out "proxy", which one SDK keeps among the profiles.
func profileNames(profiles *jsonNode) []string {
	var names []string
	for name := range profiles.members {
		if !strings.EqualFold(name, "proxy") {
			names = append(names, fmt.Sprintf("%q", name))
		}
	}
	if len(names) == 0 {
		return []string{"none"}
	}
	slices.Sort(names)
	return names
}

// lookup returns the value of a key such as "tokenUrl" or "proxy.address", empty when absent.
func (f *secretsFile) lookup(key string) (string, error) {
	node, err := f.find(key)
	if err != nil || node == nil {
		return "", err
	}
	return node.text(f.path, key)
}

// lookupPort returns the value of a key that may be a number too.
func (f *secretsFile) lookupPort(key string) (string, error) {
	node, err := f.find(key)
	if err != nil || node == nil {
		return "", err
	}
	if node.kind == "number" {
		return node.value, nil
	}
	return node.text(f.path, key)
}

// find returns the node of a key, nil when absent.
func (f *secretsFile) find(key string) (*jsonNode, error) {
	nodes := []*jsonNode{f.values}
	if strings.Contains(key, ".") {
		nodes = append(nodes, f.shared...)
	}
	for _, node := range nodes {
		parent := "the section"
		for element := range strings.SplitSeq(key, ".") {
			if node.kind != "object" {
				return nil, expectObject(f.path, parent, node)
			}
			if node = node.member(element); node == nil || node.kind == "null" {
				node = nil
				break
			}
			parent = element
		}
		if node != nil {
			return node, nil
		}
	}
	return nil, nil
}

// describe returns the file and its section for messages.
func (f *secretsFile) describe() string {
	return fmt.Sprintf("the secrets file %s (%s)", f.path, f.section)
}

// jsonNode is a JSON value with its position, so that an error can name the position and not repeat
// the value.
type jsonNode struct {
	// kind is "object", "array", "string", "number", "boolean" or "null".
	kind     string
	position string
	value    string
	members  map[string]*jsonNode
}

// Format prints the node without its value, which may be a secret.
func (jsonNode) Format(f fmt.State, _ rune) { conceal(f, "jsonNode") }

// member finds a name in any case, because the C# SDKs do. The exact spelling comes first.
func (n *jsonNode) member(name string) *jsonNode {
	if exact := n.members[name]; exact != nil {
		return exact
	}
	for _, key := range slices.Sorted(maps.Keys(n.members)) {
		if strings.EqualFold(key, name) {
			return n.members[key]
		}
	}
	return nil
}

// text is the value of a string; null counts as absent.
func (n *jsonNode) text(path, key string) (string, error) {
	switch n.kind {
	case "string":
		return n.value, nil
	case "null":
		return "", nil
	}
	return "", fmt.Errorf("the secrets file %s contains a JSON %s at %q instead of a string (%s)", path, n.kind, key, n.position)
}

// readJSON reads a JSON file in UTF-8, with or without a byte order mark, or in UTF-16 with one;
// PowerShell writes all three.
func readJSON(path string) (*jsonNode, error) {
	content, err := client.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("unable to read the secrets file: %w", err)
	}
	text, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), content)
	if err != nil {
		return nil, fmt.Errorf("the secrets file %s is neither UTF-8 nor UTF-16", path)
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return nil, fmt.Errorf("the secrets file %s is neither UTF-8 nor UTF-16 (%s)", path, positionAt(text, i))
		}
		i += size
	}
	node, err := parseJSON(text)
	if err != nil {
		return nil, fmt.Errorf("the secrets file %s is not valid JSON (%w)", path, err)
	}
	return node, nil
}

// parseJSON returns errors that contain a position and no value.
func parseJSON(text []byte) (*jsonNode, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("it is empty")
	}
	// The decoder's own checks are weaker token by token than on a whole value.
	var whole json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(text))
	err := decoder.Decode(&whole)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		at := int(syntax.Offset) - 1
		return nil, errors.New(positionAt(text, at) + notJSON(text, at))
	case err != nil:
		return nil, fmt.Errorf("it ends too early, at %s", positionAt(text, len(text)))
	}
	if rest := bytes.TrimSpace(text[decoder.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("something follows the value, at %s", positionAt(text, len(text)-len(rest)))
	}
	return parseNode(json.NewDecoder(bytes.NewReader(text)), text)
}

// notJSON explains syntax that other formats allow and JSON does not.
func notJSON(text []byte, at int) string {
	if at < 0 || at >= len(text) {
		return ""
	}
	switch text[at] {
	case '/', '#':
		return ": JSON has no comments"
	case '}', ']':
		if bytes.HasSuffix(bytes.TrimSpace(text[:at]), []byte(",")) {
			return ": JSON has no comma after the last member"
		}
	}
	return ""
}

func parseNode(decoder *json.Decoder, text []byte) (*jsonNode, error) {
	decoder.UseNumber()
	token, err := decoder.Token()
	if err != nil {
		return nil, errors.New(positionAt(text, int(decoder.InputOffset())))
	}
	node := &jsonNode{position: positionAt(text, int(decoder.InputOffset())-1)}
	switch token := token.(type) {
	case string:
		node.kind, node.value = "string", token
	case json.Number:
		node.kind, node.value = "number", token.String()
	case bool:
		node.kind = "boolean"
	case nil:
		node.kind = "null"
	case json.Delim:
		node.kind, node.members = "array", map[string]*jsonNode{}
		if token == '{' {
			node.kind = "object"
		}
		for i := 0; decoder.More(); i++ {
			key := fmt.Sprint(i)
			if token == '{' {
				name, err := decoder.Token()
				if err != nil {
					return nil, errors.New(positionAt(text, int(decoder.InputOffset())))
				}
				key, _ = name.(string)
			}
			if node.members[key], err = parseNode(decoder, text); err != nil {
				return nil, err
			}
		}
		if _, err := decoder.Token(); err != nil {
			return nil, errors.New(positionAt(text, int(decoder.InputOffset())))
		}
	}
	return node, nil
}

// positionAt counts lines and columns from 1; a column is a character.
func positionAt(text []byte, offset int) string {
	before := text[:min(max(offset, 0), len(text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}
