# terraform query -generate-config-out=templates.tf
list "lusid_access_policy_template" "acme" {
  provider = lusid

  config {
    code_prefix = "acme-"
  }
}
