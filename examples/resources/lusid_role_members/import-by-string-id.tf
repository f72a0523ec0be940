import {
  to = lusid_role_members.traders
  id = "00g7hk2mnPQrs4TUv2p7"
}
