resource "lusid_user" "jane" {
  type          = "Personal"
  login         = "jane.doe@acme.com"
  email_address = "jane.doe@acme.com"
  first_name    = "Jane"
  last_name     = "Doe"
}

resource "lusid_role" "traders" {
  name = "traders"
}

resource "lusid_role_assignment" "test" {
  role_id = lusid_role.traders.id
  user_id = lusid_user.jane.id
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
