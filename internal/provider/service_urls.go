package provider

import "slices"

// serviceURL is the URL of a service of the domain, with the names by which FINBOURNE's SDKs read it.
// The exports write it under each of them, and the provider finds its domain by any.
type serviceURL struct {
	// ending comes behind the URL of the domain.
	ending string
	// environment are variables, and file are keys of the secrets file. The present name comes first.
	environment, file []string
}

// ownURLs are of the services whose URLs users have at hand. The C# SDK also reads
// FBN_FINBOURNE-IDENTITY_API_URL. Neither a shell nor AWS Lambda takes a name with a hyphen, so it is
// left out.
var ownURLs = []serviceURL{
	{
		ending: "/identity",
		environment: []string{
			"FBN_IDENTITY_URL", "FBN_FINBOURNE_IDENTITY_API_URL", "FBN_IDENTITY_API_URL", "FBN_LUSID_IDENTITY_URL",
		},
		file: []string{"identityUrl", "finbourne_identityUrl", "finbourne-identityUrl"},
	},
	{
		environment: []string{"FBN_BASE_URL"},
		file:        []string{"baseUrl"},
	},
	{
		ending:      "/api",
		environment: []string{"FBN_LUSID_URL", "FBN_LUSID_API_URL"},
		file:        []string{"lusidUrl", "apiUrl"},
	},
}

// siblingURLs are of the services whose SDKs sign in in the same way. They are looked at last.
var siblingURLs = []serviceURL{
	{
		ending:      "/access",
		environment: []string{"FBN_ACCESS_URL", "FBN_FINBOURNE_ACCESS_API_URL", "FBN_ACCESS_API_URL"},
		file:        []string{"accessUrl", "finbourne_accessUrl", "finbourne-accessUrl"},
	},
	{
		ending:      "/honeycomb",
		environment: []string{"FBN_LUMINESCE_URL", "FBN_FINBOURNE_LUMINESCE_API_URL", "FBN_LUMINESCE_API_URL"},
		file:        []string{"luminesceUrl", "finbourne_luminesceUrl", "finbourne-luminesceUrl"},
	},
	{
		ending:      "/drive",
		environment: []string{"FBN_DRIVE_URL", "FBN_LUSID_DRIVE_API_URL", "FBN_DRIVE_API_URL"},
		file:        []string{"driveUrl", "lusid_driveUrl", "lusid-driveUrl"},
	},
	{
		ending:      "/configuration",
		environment: []string{"FBN_CONFIGURATION_URL", "FBN_LUSID_CONFIGURATION_API_URL", "FBN_FINBOURNE_CONFIGURATION_API_URL", "FBN_CONFIGURATION_API_URL"},
		file:        []string{"configurationUrl", "lusid_configurationUrl", "finbourne_configurationUrl", "finbourne-configurationUrl"},
	},
	{
		ending:      "/scheduler2",
		environment: []string{"FBN_SCHEDULER_URL", "FBN_LUSID_SCHEDULER_API_URL", "FBN_FINBOURNE_SCHEDULER_API_URL", "FBN_SCHEDULER_API_URL"},
		file:        []string{"schedulerUrl", "lusid_schedulerUrl", "finbourne_schedulerUrl", "finbourne-schedulerUrl"},
	},
	{
		ending:      "/notification",
		environment: []string{"FBN_NOTIFICATIONS_URL", "FBN_LUSID_NOTIFICATIONS_API_URL", "FBN_FINBOURNE_NOTIFICATIONS_API_URL", "FBN_NOTIFICATIONS_API_URL"},
		file:        []string{"notificationsUrl", "lusid_notificationsUrl", "finbourne_notificationsUrl", "finbourne-notificationsUrl"},
	},
}

func variablesOf(urls []serviceURL) []string {
	var names []string
	for _, u := range urls {
		names = slices.Concat(names, u.environment)
	}
	return names
}

func keysOf(urls []serviceURL) []string {
	var names []string
	for _, u := range urls {
		names = slices.Concat(names, u.file)
	}
	return names
}
