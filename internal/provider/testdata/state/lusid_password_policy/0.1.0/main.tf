resource "lusid_password_policy" "test" {
  user_type          = "Personal"
  min_length         = 14
  exclude_first_name = true
  exclude_last_name  = true
  max_age_days       = 90
  history_count      = 8
  max_attempts       = 6
  deletion_policy    = "reset"
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_password_policy" "bare" {
  user_type = "Service"
}
