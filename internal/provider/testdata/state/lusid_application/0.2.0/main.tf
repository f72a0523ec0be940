resource "lusid_application" "vaulted" {
  client_id              = "state-vaulted"
  display_name           = "State, vaulted"
  store_secret           = false
  refresh_secret_version = true
}
