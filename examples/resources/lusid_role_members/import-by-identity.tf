import {
  to = lusid_role_members.traders
  identity = {
    role_id = "00g7hk2mnPQrs4TUv2p7"
  }
}
