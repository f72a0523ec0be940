# Traders call LUSID from the office.
resource "lusid_network_zone" "office" {
  code        = "acme-office"
  description = "Traders at the office"
  action      = "Allow"
  hierarchy   = 10
  user_roles  = ["traders"]

  ranges = [
    { value = "203.0.113.0/24", description = "London" },
    { value = "198.51.100.7", description = "New York" },
  ]
}

# All other addresses are blocked. Terraform creates this zone after the other zone, and destroys it first.
resource "lusid_network_zone" "elsewhere" {
  code       = "acme-elsewhere"
  action     = "Block"
  hierarchy  = 20
  user_roles = ["traders"]
  ranges     = [{ value = "0.0.0.0/0" }]

  depends_on = [lusid_network_zone.office]
}
