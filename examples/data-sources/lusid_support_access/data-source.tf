data "lusid_support_access" "all" {}

output "support_access_by_whom" {
  value = { for g in data.lusid_support_access.all.grants : "${g.created_at} to ${g.expiry}" => g.created_by }
}
