# terraform query -generate-config-out=user_roles.tf
list "lusid_access_user_role" "all" {
  provider = lusid
}
