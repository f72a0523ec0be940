resource "lusid_user_schema" "test" {
  alternative_user_ids = [
    { name = "hr", description = "Staff number" },
    { name = "desk" },
  ]
  deletion_policy = "reset"
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
