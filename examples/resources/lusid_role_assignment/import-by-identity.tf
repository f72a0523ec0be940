import {
  to = lusid_role_assignment.jane_trades
  identity = {
    role_id = "00g7hk2mnPQrs4TUv2p7"
    user_id = "00u4ax8yeBCdf6GHj2p7"
  }
}
