# To read data, a user needs a policy for the feature and a policy for the data. This policy covers both.
resource "lusid_access_policy" "list_instruments" {
  code         = "acme-list-instruments"
  description  = "Call ListInstruments, and read what it returns"
  applications = ["LUSID"]

  selectors = [
    {
      id = {
        identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
        actions    = [{ scope = "LUSID", activity = "Execute", entity = "Feature" }]
      }
    },
    {
      id = {
        identifier = { scope = "*", code = "*" }
        actions    = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Instrument" }]
      }
    },
  ]
}

# Portfolios of one scope, up to a week ago, for one year
resource "lusid_access_policy" "official_portfolios" {
  code         = "acme-official-portfolios"
  description  = "Read portfolios of the scope official as they were a week ago or earlier"
  applications = ["LUSID"]

  selectors = [
    {
      id = {
        name       = "official"
        identifier = { scope = "official" }
        actions = [
          { scope = "default", activity = "Read", entity = "Portfolio" },
          { scope = "default", activity = "List", entity = "Portfolio" },
        ]
      }
    },
  ]

  date_conditions = [
    {
      effective_date_relative = {
        date                  = "Now"
        adjustment            = -7
        unit                  = "Day"
        relative_to_date_time = "BeforeOrOn"
      }
    },
  ]

  when = {
    activate   = "2027-01-01T00:00:00Z"
    deactivate = "2028-01-01T00:00:00Z"
  }
}

# Within a role, Deny takes precedence over Allow.
resource "lusid_access_policy" "not_external" {
  code         = "acme-not-external"
  description  = "No portfolios that somebody else manages"
  applications = ["LUSID"]
  grant        = "Deny"

  selectors = [
    {
      metadata = {
        expressions = [{ metadata_key = "IsExternallyManaged", operator = "Equals", text_value = "true" }]
        actions     = [{ scope = "default", activity = "Any", entity = "Portfolio" }]
      }
    },
  ]
}
