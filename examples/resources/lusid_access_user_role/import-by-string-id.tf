import {
  to = lusid_access_user_role.jane
  id = "00u4ax8yeBCdf6GHj2p7"
}
