data "lusid_users" "all" {}

output "service_logins" {
  value = [for u in data.lusid_users.all.users : u.login if u.type == "Service"]
}
