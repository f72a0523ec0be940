resource "lusid_user" "reporting" {
  type          = "Service"
  first_name    = "Acme"
  last_name     = "Reporting"
  login         = "acme-reporting@acme.com"
  email_address = "platform@acme.com"
}

resource "lusid_access_policy" "list_instruments" {
  code         = "acme-list-instruments"
  applications = ["LUSID"]

  selectors = [
    {
      id = {
        identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
        actions    = [{ scope = "LUSID", activity = "Execute", entity = "Feature" }]
      }
    },
  ]
}

# What this user may do in addition to what its roles allow
resource "lusid_access_user_role" "reporting" {
  user_id  = lusid_user.reporting.id
  policies = [lusid_access_policy.list_instruments.id]
}

# The user is managed elsewhere.
resource "lusid_access_user_role" "jane" {
  user_id  = "00u4ax8yeBCdf6GHj2p7"
  policies = ["default/allow-standard-lusid-features-access"]
}
