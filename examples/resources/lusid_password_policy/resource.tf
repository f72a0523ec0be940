resource "lusid_password_policy" "people" {
  user_type          = "Personal"
  min_length         = 14
  exclude_first_name = true
  exclude_last_name  = true
  max_age_days       = 0
  history_count      = 10
  max_attempts       = 5

  # Default: abandon, which leaves the policy as it is.
  deletion_policy = "reset"
}

# If an argument isn't set, LUSID's current value stays.
resource "lusid_password_policy" "services" {
  user_type    = "Service"
  min_length   = 30
  max_age_days = 365
}
