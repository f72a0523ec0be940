resource "lusid_access_role_precedence" "test" {
  roles = ["default/lusid-evaluator", "default/configuration-administrator", "default/instrument-administrator"]
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
