resource "lusid_session_policy" "test" {
  max_session_idle_minutes     = 30
  max_session_lifetime_minutes = 600
  deletion_policy              = "reset"
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}
