resource "lusid_role" "test" {
  name        = "traders"
  description = "Books and amends trades"
  timeouts = {
    create = "15m"
    read   = "15m"
    update = "15m"
    delete = "15m"
  }
}

resource "lusid_role" "bare" {
  name = "quants"
}
