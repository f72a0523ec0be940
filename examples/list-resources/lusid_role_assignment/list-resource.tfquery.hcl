# terraform query -generate-config-out=assignments.tf
list "lusid_role_assignment" "traders" {
  provider = lusid

  config {
    role_id = "00g7hk2mnPQrs4TUv2p7"
  }
}
