resource "lusid_role" "traders" {
  name        = "traders"
  description = "Books and amends trades"
}

# What its holders may do is decided by a lusid_access_role of this code.
output "code" {
  value = lusid_role.traders.code
}
