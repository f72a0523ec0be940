package config

import "slices"

// ServiceURL is the URL of a service of the domain, with the names by which FINBOURNE's SDKs read it.
// The exports write it under every name, and the provider can take its domain from any of them.
type ServiceURL struct {
	// Ending follows the URL of the domain; empty for the domain's own URL.
	Ending string
	// Environment lists environment variables, and File lists keys of the secrets file. The current
	// name comes first.
	Environment, File []string
}

// ownURLs has the services whose URLs users usually know. The C# SDK also reads
// FBN_FINBOURNE-IDENTITY_API_URL. Neither a shell nor AWS Lambda takes a name with a hyphen, so it is
// left out.
var ownURLs = []ServiceURL{
	{
		Ending: "/identity",
		Environment: []string{
			"FBN_IDENTITY_URL", "FBN_FINBOURNE_IDENTITY_API_URL", "FBN_IDENTITY_API_URL", "FBN_LUSID_IDENTITY_URL",
		},
		File: []string{"identityUrl", "finbourne_identityUrl", "finbourne-identityUrl"},
	},
	{
		Environment: []string{"FBN_BASE_URL"},
		File:        []string{"baseUrl"},
	},
	{
		Ending:      "/api",
		Environment: []string{"FBN_LUSID_URL", "FBN_LUSID_API_URL"},
		File:        []string{"lusidUrl", "apiUrl"},
	},
}

// siblingURLs has the services whose SDKs sign in in the same way. The provider reads these last.
var siblingURLs = []ServiceURL{
	{
		Ending:      "/access",
		Environment: []string{"FBN_ACCESS_URL", "FBN_FINBOURNE_ACCESS_API_URL", "FBN_ACCESS_API_URL"},
		File:        []string{"accessUrl", "finbourne_accessUrl", "finbourne-accessUrl"},
	},
	{
		Ending:      "/honeycomb",
		Environment: []string{"FBN_LUMINESCE_URL", "FBN_FINBOURNE_LUMINESCE_API_URL", "FBN_LUMINESCE_API_URL"},
		File:        []string{"luminesceUrl", "finbourne_luminesceUrl", "finbourne-luminesceUrl"},
	},
	{
		Ending:      "/drive",
		Environment: []string{"FBN_DRIVE_URL", "FBN_LUSID_DRIVE_API_URL", "FBN_DRIVE_API_URL"},
		File:        []string{"driveUrl", "lusid_driveUrl", "lusid-driveUrl"},
	},
	{
		Ending: "/configuration",
		Environment: []string{
			"FBN_CONFIGURATION_URL", "FBN_LUSID_CONFIGURATION_API_URL", "FBN_FINBOURNE_CONFIGURATION_API_URL",
			"FBN_CONFIGURATION_API_URL",
		},
		File: []string{"configurationUrl", "lusid_configurationUrl", "finbourne_configurationUrl", "finbourne-configurationUrl"},
	},
	{
		Ending:      "/scheduler2",
		Environment: []string{"FBN_SCHEDULER_URL", "FBN_LUSID_SCHEDULER_API_URL", "FBN_FINBOURNE_SCHEDULER_API_URL", "FBN_SCHEDULER_API_URL"},
		File:        []string{"schedulerUrl", "lusid_schedulerUrl", "finbourne_schedulerUrl", "finbourne-schedulerUrl"},
	},
	{
		Ending: "/notification",
		Environment: []string{
			"FBN_NOTIFICATIONS_URL", "FBN_LUSID_NOTIFICATIONS_API_URL", "FBN_FINBOURNE_NOTIFICATIONS_API_URL",
			"FBN_NOTIFICATIONS_API_URL",
		},
		File: []string{"notificationsUrl", "lusid_notificationsUrl", "finbourne_notificationsUrl", "finbourne-notificationsUrl"},
	},
}

// ServiceURLs returns every service whose URL leads to the domain, in the order in which the provider
// looks for them.
func ServiceURLs() []ServiceURL { return slices.Concat(ownURLs, siblingURLs) }

func variablesOf(urls []ServiceURL) []string {
	var names []string
	for _, u := range urls {
		names = slices.Concat(names, u.Environment)
	}
	return names
}

func keysOf(urls []ServiceURL) []string {
	var names []string
	for _, u := range urls {
		names = slices.Concat(names, u.File)
	}
	return names
}
