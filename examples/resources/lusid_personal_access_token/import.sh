# By the ID that LUSID assigned. LUSID shows the key only once, so it stays null after an import.
terraform import lusid_personal_access_token.nightly k3VbT8wQz1LxRn6YcM2d
