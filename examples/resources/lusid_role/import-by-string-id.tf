import {
  to = lusid_role.traders
  id = "default/traders"
}
