data "lusid_support_roles" "all" {}

# terraform apply -invoke=action.lusid_grant_support_access.ticket
action "lusid_grant_support_access" "ticket" {
  config {
    duration        = "P1D"
    description     = "Ticket 0604"
    permitted_roles = [for r in data.lusid_support_roles.all.support_roles : r.internal_identifier if r.code == "support-lusid-readonly"]
  }
}
