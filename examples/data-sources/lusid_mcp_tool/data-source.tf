data "lusid_mcp_tool" "prices" {
  scope = "market-data"
  code  = "prices"
}

output "payload" {
  value = data.lusid_mcp_tool.prices.luminesce_payload
}
