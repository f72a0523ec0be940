import {
  to = lusid_role.traders
  identity = {
    id = "00g7hk2mnPQrs4TUv2p7"
  }
}
