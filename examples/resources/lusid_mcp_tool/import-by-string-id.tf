import {
  to = lusid_mcp_tool.prices
  id = "market-data/prices"
}
