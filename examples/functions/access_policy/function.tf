locals {
  # Usually file("policy.json")
  reader = provider::lusid::access_policy(<<-JSON
    {
      "code": "acme-read-instruments",
      "applications": ["LUSID"],
      "grant": "Allow",
      "selectors": [
        {
          "idSelectorDefinition": {
            "identifier": { "scope": "*", "code": "*" },
            "actions": [
              { "scope": "default", "activity": "Read", "entity": "Instrument" },
              { "scope": "default", "activity": "List", "entity": "Instrument" }
            ]
          }
        }
      ],
      "when": { "activate": "2027-01-01T00:00:00.0000000+00:00" }
    }
  JSON
  )
}

resource "lusid_access_policy" "reader" {
  code         = local.reader.code
  description  = "Read all instruments"
  applications = local.reader.applications
  grant        = local.reader.grant
  selectors    = local.reader.selectors
  when         = local.reader.when
}
