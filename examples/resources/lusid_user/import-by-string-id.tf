import {
  to = lusid_user.pricing
  id = "svc-pricing@acme.com"
}
