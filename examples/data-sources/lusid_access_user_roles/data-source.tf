data "lusid_access_user_roles" "all" {}

# Users who have policies in addition to those of their roles
output "exceptions" {
  value = [for role in data.lusid_access_user_roles.all.user_roles : role.user_id if length(role.policies) > 0]
}
