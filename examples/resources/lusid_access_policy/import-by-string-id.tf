import {
  to = lusid_access_policy.list_instruments
  id = "default/acme-list-instruments"
}
