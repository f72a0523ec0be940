data "lusid_access_policy_templates" "all" {}

output "templates_for_data" {
  value = [for t in data.lusid_access_policy_templates.all.access_policy_templates : t.id if contains(t.tags, "Data")]
}
