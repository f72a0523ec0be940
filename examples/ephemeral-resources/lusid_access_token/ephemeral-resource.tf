ephemeral "lusid_access_token" "current" {
  min_remaining_ttl = "15m"
}

# Another provider that calls LUSID with the token.
provider "lusid" {
  alias        = "by_token"
  api_url      = "https://acme.lusid.com"
  access_token = ephemeral.lusid_access_token.current.access_token
}
