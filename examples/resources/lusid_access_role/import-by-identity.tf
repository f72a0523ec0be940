import {
  to = lusid_access_role.auditors
  identity = {
    code = "acme-auditors"
  }
}
