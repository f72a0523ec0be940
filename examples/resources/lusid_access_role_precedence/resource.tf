resource "lusid_access_role" "readers" {
  code     = "acme-readers"
  policies = ["default/allow-standard-lusid-features-access"]
}

resource "lusid_access_role" "restricted" {
  code = "acme-restricted"
}

# A user may have both roles. If they disagree, the restricted one decides.
resource "lusid_access_role_precedence" "acme" {
  roles = [
    lusid_access_role.restricted.id,
    lusid_access_role.readers.id,
    "default/lusid-evaluator",
  ]
}
