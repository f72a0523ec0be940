resource "lusid_access_policy_template" "every_kind" {
  code         = "every-kind"
  display_name = "Every kind"
  description  = "A selector of every kind"
  templated_selectors = [
    {
      application = "LUSID"
      tag         = "Feature"
      selector = {
        id = {
          identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
          actions    = [{ scope = "LUSID", activity = "Execute", entity = "Feature" }]
          name       = "List"
        }
      }
    },
    {
      application = "LUSID"
      tag         = "Data"
      selector    = { match_all = { actions = [{ scope = "default", activity = "Read", entity = "Instrument" }] } }
    },
    {
      application = "LUSID"
      tag         = "Data"
      selector = {
        metadata = {
          expressions = [{ metadata_key = "k", operator = "Equals", text_value = "true" }]
          actions     = [{ scope = "default", activity = "Read", entity = "Portfolio" }]
        }
      }
    },
    {
      application = "LUSID"
      tag         = "Data"
      selector = {
        policy = {
          identity_restriction  = { scope = "default" }
          restriction_selectors = [{ match_all = { actions = [{ scope = "default", activity = "Read", entity = "Portfolio" }] } }]
          actions               = [{ scope = "default", activity = "Any", entity = "Policy" }]
        }
      }
    },
  ]
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
