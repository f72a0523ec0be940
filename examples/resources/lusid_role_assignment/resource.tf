data "lusid_role" "traders" {
  code = "traders"
}

data "lusid_user" "jane" {
  login = "jane.doe@acme.com"
}

resource "lusid_role_assignment" "jane_trades" {
  role_id = data.lusid_role.traders.id
  user_id = data.lusid_user.jane.id
}
