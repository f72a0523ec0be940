data "lusid_role" "traders" {
  code = "traders"
}

data "lusid_user" "traders" {
  for_each = toset(["jane.doe@acme.com", "john.roe@acme.com"])

  login = each.key
}

# Only these two users have the role.
resource "lusid_role_members" "traders" {
  role_id  = data.lusid_role.traders.id
  user_ids = [for user in data.lusid_user.traders : user.id]
}
