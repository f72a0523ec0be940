# terraform query -generate-config-out=user_schema.tf
list "lusid_user_schema" "acme" {
  provider = lusid
}
