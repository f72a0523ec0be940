resource "lusid_access_policy" "list_instruments" {
  code         = "acme-list-instruments"
  applications = ["LUSID"]

  selectors = [
    {
      match_all = {
        actions = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Instrument" }]
      }
    },
  ]
}

# What everybody may do
resource "lusid_access_policy_collection" "everybody" {
  code        = "acme-everybody"
  description = "LUSID's features, and the instruments"

  policies = [
    "default/allow-standard-lusid-features-access",
    lusid_access_policy.list_instruments.id,
  ]
}

resource "lusid_access_policy_collection" "read_only" {
  code        = "acme-read-only"
  description = "Read market data"
  policies    = [lusid_access_policy.list_instruments.id]
}

# The Identity role acme-traders is managed elsewhere.
resource "lusid_access_role" "traders" {
  code               = "acme-traders"
  policy_collections = [lusid_access_policy_collection.everybody.id]
}
