# terraform query -generate-config-out=access_role_precedence.tf
list "lusid_access_role_precedence" "acme" {
  provider = lusid
}
