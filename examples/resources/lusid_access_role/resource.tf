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
    {
      match_all = {
        actions = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Instrument" }]
      }
    },
  ]

  # A new code creates a new policy. The role then gets it before Terraform deletes the old one.
  lifecycle {
    create_before_destroy = true
  }
}

# The role that users have
resource "lusid_role" "instruments" {
  name        = "acme-instruments"
  description = "Lists instruments"
}

# What users with the role may do
resource "lusid_access_role" "instruments" {
  code        = lusid_role.instruments.code
  description = lusid_role.instruments.description
  policies    = [lusid_access_policy.list_instruments.id]
}

# The identity role acme-auditors is managed elsewhere.
resource "lusid_access_role" "auditors" {
  code        = "acme-auditors"
  description = "Until the end of the audit"
  policies    = [lusid_access_policy.list_instruments.id]

  when = {
    deactivate = "2030-01-01T00:00:00Z"
  }
}
