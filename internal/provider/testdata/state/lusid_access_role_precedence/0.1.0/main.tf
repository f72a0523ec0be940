resource "lusid_access_role_precedence" "test" {
  roles = ["default/instrument-administrator", "default/configuration-administrator", "default/lusid-evaluator"]
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
