# A token of the user that Terraform signs in as.
resource "lusid_personal_access_token" "nightly" {
  display_name      = "nightly"
  deactivation_date = "2035-12-31T18:00:00Z"
}

output "nightly_key" {
  value     = lusid_personal_access_token.nightly.key
  sensitive = true
}
