# terraform query -generate-config-out=tools.tf
list "lusid_mcp_tool" "market_data" {
  provider = lusid

  config {
    scope       = "market-data"
    name_prefix = "get-"
  }
}
