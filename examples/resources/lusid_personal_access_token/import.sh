# By the id that LUSID gave it. LUSID showed the key once: it stays null.
terraform import lusid_personal_access_token.nightly k3VbT8wQz1LxRn6YcM2d
