resource "lusid_role" "traders" {
  name        = "traders"
  description = "Books and amends trades"
}

# A lusid_access_role with this code defines what users with the role may do.
output "code" {
  value = lusid_role.traders.code
}
