# terraform query -generate-config-out=session_policy.tf
list "lusid_session_policy" "acme" {
  provider = lusid
}
