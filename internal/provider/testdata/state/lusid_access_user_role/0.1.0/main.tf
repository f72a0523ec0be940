resource "lusid_user" "jane" {
  type          = "Personal"
  login         = "jane.doe@acme.com"
  email_address = "jane.doe@acme.com"
  first_name    = "Jane"
  last_name     = "Doe"
}

resource "lusid_access_user_role" "test" {
  user_id            = lusid_user.jane.id
  policies           = ["default/allow-standard-lusid-features-access"]
  policy_collections = []
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
