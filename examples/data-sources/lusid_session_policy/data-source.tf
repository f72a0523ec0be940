data "lusid_session_policy" "acme" {}

output "idle_minutes" {
  value = data.lusid_session_policy.acme.max_session_idle_minutes
}
