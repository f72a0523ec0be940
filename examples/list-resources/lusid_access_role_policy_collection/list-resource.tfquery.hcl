# terraform query -generate-config-out=attachments.tf
list "lusid_access_role_policy_collection" "auditors" {
  provider = lusid

  config {
    role_id = "default/acme-auditors"
  }
}
