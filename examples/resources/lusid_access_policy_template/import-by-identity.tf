import {
  to = lusid_access_policy_template.read_instruments
  identity = {
    code = "acme-read-instruments"
  }
}
