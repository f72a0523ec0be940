data "lusid_password_policy" "services" {
  user_type = "Service"
}

# Minimum length of the password of a service user
output "password_length" {
  value = data.lusid_password_policy.services.min_length
}
