# terraform query -generate-config-out=members.tf
list "lusid_role_members" "trading" {
  provider = lusid

  config {
    name_prefix = "trade"
  }
}
