data "lusid_network_zone" "office" {
  code = "acme-office"
}

output "office_addresses" {
  value = data.lusid_network_zone.office.ranges[*].value
}
