variable "lusid_refresh_token" {
  type      = string
  sensitive = true
}

provider "lusid" {
  alias         = "refresh_token"
  api_url       = "https://acme.lusid.com"
  token_url     = "https://lusid-acme.okta.com/oauth2/aus91lnun55CZDvav6p7/v1/token"
  refresh_token = var.lusid_refresh_token
  client_id     = "terraform"
  client_secret = var.lusid_client_secret
}
