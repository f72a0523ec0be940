data "lusid_access_policy_template" "read_instruments" {
  code = "acme-read-instruments"
}

output "tags" {
  value = data.lusid_access_policy_template.read_instruments.tags
}
