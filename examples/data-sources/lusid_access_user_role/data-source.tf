data "lusid_current_user" "me" {}

data "lusid_access_user_role" "me" {
  user_id = data.lusid_current_user.me.id
}

output "own_policies" {
  value = data.lusid_access_user_role.me.policies
}
