data "lusid_support_roles" "all" {}

output "support_roles" {
  value = { for r in data.lusid_support_roles.all.support_roles : r.code => r.internal_identifier }
}
