data "lusid_mcp_tools" "all" {}

# Tools that can change something, and that nobody must confirm
output "tools_that_write" {
  value = [for t in data.lusid_mcp_tools.all.mcp_tools : t.name if !t.read_only && !t.destructive]
}
