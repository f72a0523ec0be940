data "lusid_current_user" "me" {}

output "my_roles" {
  value = data.lusid_current_user.me.groups
}
