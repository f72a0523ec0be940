# terraform query -generate-config-out=zones.tf
list "lusid_network_zone" "blocking" {
  provider = lusid

  config {
    code_prefix = "acme-"
    action      = "Block"
  }
}
