import {
  to = lusid_mcp_tool.prices
  identity = {
    scope = "market-data"
    code  = "prices"
  }
}
