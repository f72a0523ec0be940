import {
  to = lusid_access_policy.list_instruments
  identity = {
    code = "acme-list-instruments"
  }
}
