data "lusid_applications" "all" {}

output "web_client_ids" {
  value = [for a in data.lusid_applications.all.applications : a.client_id if a.type == "Web"]
}
