data "lusid_access_generated_policy" "read_instruments" {
  template_selection = [
    {
      code          = "acme-read-instruments"
      selector_tags = ["Data"]
    },
  ]
}

resource "lusid_access_policy" "read_instruments" {
  code              = "acme-read-instruments"
  applications      = data.lusid_access_generated_policy.read_instruments.applications
  selectors         = data.lusid_access_generated_policy.read_instruments.selectors
  template_metadata = data.lusid_access_generated_policy.read_instruments.template_metadata
}
