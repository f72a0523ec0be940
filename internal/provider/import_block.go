package provider

import "fmt"

// importHint says how to import an object that exists. Terraform doesn't pass the resource's address to
// the provider, so the reader must complete it.
func importHint(typeName, id string) string {
	return fmt.Sprintf("with the name of this resource in place of NAME. If the resource has for_each or count, put the key after NAME, "+
		"as in NAME[\"key\"] or NAME[0]. If the resource is in a module, put the module's address first, "+
		"as in module.team.%[1]s.NAME:\n\nimport {\n  to = %[1]s.NAME\n  id = %[2]q\n}", typeName, id)
}
