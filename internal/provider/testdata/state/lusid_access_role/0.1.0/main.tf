resource "lusid_access_role" "analysts" {
  code               = "analysts"
  description        = "Read"
  policies           = ["default/allow-standard-lusid-features-access"]
  policy_collections = []
  when = {
    activate   = "2024-01-01T01:00:00+01:00"
    deactivate = "2099-01-01T00:00:00Z"
  }
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_access_role" "supervisors" {
  code             = "supervisors"
  supervised_roles = [lusid_access_role.analysts.id]
}
