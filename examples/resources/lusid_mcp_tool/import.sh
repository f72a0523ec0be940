# By its scope and code
terraform import lusid_mcp_tool.prices market-data/prices
