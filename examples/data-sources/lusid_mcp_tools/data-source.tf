data "lusid_mcp_tools" "all" {}

# What an agent may do without asking anybody.
output "tools_that_write" {
  value = [for t in data.lusid_mcp_tools.all.mcp_tools : t.name if !t.read_only && !t.destructive]
}
