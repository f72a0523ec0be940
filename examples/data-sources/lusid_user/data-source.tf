data "lusid_user" "jane" {
  login = "jane.doe@acme.com"
}

output "jane_has_signed_up" {
  value = data.lusid_user.jane.status == "ACTIVE"
}
