data "lusid_access_user_roles" "all" {}

# Who has policies besides those of roles
output "exceptions" {
  value = [for role in data.lusid_access_user_roles.all.user_roles : role.user_id if length(role.policies) > 0]
}
