data "lusid_role" "administrator" {
  code = "lusid-administrator"
}

data "lusid_role_members" "administrators" {
  role_id = data.lusid_role.administrator.id
}

output "administrators" {
  value = data.lusid_role_members.administrators.users[*].login
}
