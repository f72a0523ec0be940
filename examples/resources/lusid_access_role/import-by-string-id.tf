import {
  to = lusid_access_role.auditors
  id = "default/acme-auditors"
}
