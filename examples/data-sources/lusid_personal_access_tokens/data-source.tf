data "lusid_personal_access_tokens" "own" {}

output "tokens_without_end" {
  value = [for t in data.lusid_personal_access_tokens.own.personal_access_tokens : t.display_name if t.deactivation_date == null]
}
