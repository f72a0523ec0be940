resource "lusid_role" "traders" {
  name        = "traders"
  description = "Books and amends trades"
}

# What its holders may do is decided by a role of this code in the Access service.
output "code" {
  value = lusid_role.traders.code
}
