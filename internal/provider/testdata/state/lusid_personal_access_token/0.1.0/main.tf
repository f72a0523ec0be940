resource "lusid_personal_access_token" "test" {
  display_name      = "nightly"
  deactivation_date = "2099-12-31T18:00:00+01:00"
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_personal_access_token" "bare" {
  display_name = "hourly"
}
