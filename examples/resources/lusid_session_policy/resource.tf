resource "lusid_session_policy" "acme" {
  max_session_idle_minutes = 30

  # A working day. Without it, an active session has no end.
  max_session_lifetime_minutes = 600
}
