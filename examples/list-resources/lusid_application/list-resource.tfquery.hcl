# terraform query -generate-config-out=applications.tf
list "lusid_application" "web" {
  provider = lusid

  config {
    client_id_prefix = "acme-"
    type             = "Web"
  }
}
