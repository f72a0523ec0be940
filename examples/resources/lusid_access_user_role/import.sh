# By the ID of the user
terraform import lusid_access_user_role.jane 00u4ax8yeBCdf6GHj2p7
