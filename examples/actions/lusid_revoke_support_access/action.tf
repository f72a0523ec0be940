# terraform apply -invoke=action.lusid_revoke_support_access.all
action "lusid_revoke_support_access" "all" {}
