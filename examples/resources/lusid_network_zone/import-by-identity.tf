import {
  to = lusid_network_zone.office
  identity = {
    code = "acme-office"
  }
}
