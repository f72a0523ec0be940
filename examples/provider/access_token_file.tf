provider "lusid" {
  alias             = "access_token_file"
  api_url           = "https://acme.lusid.com"
  access_token_file = "/var/run/secrets/lusid/token"
}
