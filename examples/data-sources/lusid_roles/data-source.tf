data "lusid_roles" "all" {}

output "acme_role_codes" {
  value = [for r in data.lusid_roles.all.roles : r.code if substr(r.name, 0, 5) == "acme-"]
}
