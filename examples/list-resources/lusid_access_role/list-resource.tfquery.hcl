# terraform query -generate-config-out=access-roles.tf
list "lusid_access_role" "acme" {
  provider = lusid

  config {
    code_prefix = "acme-"
    scope       = "default"
  }
}
