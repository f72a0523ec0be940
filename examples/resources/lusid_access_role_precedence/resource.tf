resource "lusid_access_role" "readers" {
  code     = "acme-readers"
  policies = ["default/allow-standard-lusid-features-access"]
}

resource "lusid_access_role" "restricted" {
  code = "acme-restricted"
}

# If a user has several of these roles and they disagree, the first one in the list decides.
resource "lusid_access_role_precedence" "acme" {
  roles = [
    lusid_access_role.restricted.id,
    lusid_access_role.readers.id,
    "default/lusid-evaluator",
  ]
}
