resource "lusid_session_policy" "acme" {
  max_session_idle_minutes = 30

  # A working day. Without this limit, an active session never ends.
  max_session_lifetime_minutes = 600
}
