import {
  to = lusid_network_zone.office
  id = "acme-office"
}
