variable "lusid_password" {
  type      = string
  sensitive = true
}

variable "lusid_client_secret" {
  type      = string
  sensitive = true
}

provider "lusid" {
  alias         = "password"
  api_url       = "https://acme.lusid.com"
  token_url     = "https://lusid-acme.okta.com/oauth2/aus91lnun55CZDvav6p7/v1/token"
  username      = "terraform@acme.com"
  password      = var.lusid_password
  client_id     = "terraform"
  client_secret = var.lusid_client_secret
}
