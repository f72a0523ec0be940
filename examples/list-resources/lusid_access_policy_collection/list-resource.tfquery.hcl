# terraform query -generate-config-out=collections.tf
list "lusid_access_policy_collection" "acme" {
  provider = lusid

  config {
    code_prefix = "acme-"
  }
}
