# terraform query -generate-config-out=roles.tf
list "lusid_role" "trading" {
  provider = lusid

  config {
    name_prefix = "trade"
    scope       = "default"
  }
}
