resource "lusid_access_policy_template" "read_instruments" {
  code         = "acme-read-instruments"
  display_name = "Read instruments"
  description  = "Call ListInstruments, and read what it returns"

  templated_selectors = [
    {
      application = "LUSID"
      tag         = "Feature"
      selector = {
        id = {
          identifier = { scope = "LUSID", code = "api-instruments-listinstruments" }
          actions    = [{ scope = "LUSID", activity = "Execute", entity = "Feature" }]
        }
      }
    },
    {
      application = "LUSID"
      tag         = "Data"
      selector = {
        match_all = {
          actions = [for activity in ["Read", "List"] : { scope = "default", activity = activity, entity = "Instrument" }]
        }
      }
    },
  ]
}

# A policy that LUSID generates from the template
data "lusid_access_generated_policy" "read_instruments" {
  template_selection = [{ code = lusid_access_policy_template.read_instruments.code }]
}

resource "lusid_access_policy" "read_instruments" {
  code              = "acme-read-instruments"
  applications      = data.lusid_access_generated_policy.read_instruments.applications
  selectors         = data.lusid_access_generated_policy.read_instruments.selectors
  template_metadata = data.lusid_access_generated_policy.read_instruments.template_metadata
}
