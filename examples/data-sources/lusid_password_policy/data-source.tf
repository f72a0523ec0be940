data "lusid_password_policy" "services" {
  user_type = "Service"
}

# How long a password for a service has to be.
output "password_length" {
  value = data.lusid_password_policy.services.min_length
}
