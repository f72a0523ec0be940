# terraform query -generate-config-out=policies.tf
list "lusid_access_policy" "acme" {
  provider = lusid

  config {
    code_prefix = "acme-"
  }
}
