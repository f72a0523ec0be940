provider "lusid" {
  alias        = "test"
  secrets_file = pathexpand("~/lusid/secrets.json")
  profile      = "test"
}

provider "lusid" {
  alias        = "production"
  secrets_file = pathexpand("~/lusid/secrets.json")
  profile      = "production"
}
