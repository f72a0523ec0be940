variable "lusid_access_token" {
  type      = string
  sensitive = true
}

provider "lusid" {
  alias        = "access_token"
  api_url      = "https://acme.lusid.com"
  access_token = var.lusid_access_token
}
