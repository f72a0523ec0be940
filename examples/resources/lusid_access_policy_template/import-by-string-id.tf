import {
  to = lusid_access_policy_template.read_instruments
  id = "default/acme-read-instruments"
}
