resource "lusid_network_zone" "test" {
  code          = "acme-office"
  description   = "Offices"
  action        = "NoOp"
  session_types = ["AllUsers"]
  user_roles    = ["traders"]
  ranges        = [{ value = "203.0.113.0/24", description = "London" }]
  hierarchy     = 10
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
