resource "lusid_application" "test" {
  client_id    = "state-native"
  display_name = "State, native"
  type         = "Native"
  store_secret = true
  rotation_triggers = {
    quarter = "2026-Q4"
  }
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_application" "web" {
  client_id                 = "state-web"
  display_name              = "State, web"
  type                      = "Web"
  redirect_uris             = ["https://acme.com/callback"]
  post_logout_redirect_uris = ["https://acme.com"]
}

resource "lusid_application" "vaulted" {
  client_id    = "state-vaulted"
  display_name = "State, vaulted"
  store_secret = false
}
