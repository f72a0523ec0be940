data "lusid_personal_access_token" "nightly" {
  id = "k3VbT8wQz1LxRn6YcM2d"
}

output "nightly_ends" {
  value = data.lusid_personal_access_token.nightly.deactivation_date
}
