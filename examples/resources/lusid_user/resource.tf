# A program. LUSID sends its mail to the owner.
resource "lusid_user" "pricing" {
  type          = "Service"
  login         = "svc-pricing@acme.com"
  email_address = "market-data@acme.com"
  first_name    = "Pricing"
  last_name     = "Service"

  # Default: deprovision, which keeps the record, so the login stays taken.
  deletion_policy = "purge"
}

# A person, whose login is the e-mail address.
resource "lusid_user" "contractor" {
  type          = "Personal"
  login         = "kim.lee@acme.com"
  email_address = "kim.lee@acme.com"
  first_name    = "Kim"
  last_name     = "Lee"
  user_expiry   = "2035-12-31T18:00:00Z"
}
