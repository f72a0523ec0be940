resource "lusid_user" "test" {
  type                 = "Service"
  login                = "svc-pricing@acme.com"
  email_address        = "market-data@acme.com"
  second_email_address = "market-data-2@acme.com"
  first_name           = "Pricing"
  last_name            = "Service"
  user_expiry          = "2099-12-31T18:00:00+01:00"
  deletion_policy      = "purge"
  alternative_user_ids = {
    hr = "4711"
  }
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_user" "bare" {
  type          = "Personal"
  login         = "jane.doe@acme.com"
  email_address = "jane.doe@acme.com"
  first_name    = "Jane"
  last_name     = "Doe"
}
