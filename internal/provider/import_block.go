package provider

import "fmt"

// importBlock is what imports an object that exists. The provider is never told the address of the
// resource.
func importBlock(typeName, id string) string {
	return fmt.Sprintf("import {\n  to = %s.NAME\n  id = %q\n}", typeName, id)
}
