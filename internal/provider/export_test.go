package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/finbourne/terraform-provider-lusid/internal/client"
	"github.com/finbourne/terraform-provider-lusid/internal/client/access"
)

// HoldersOf returns a value of each type that holds secrets, by name. The secret is in every place for a secret.
func HoldersOf(secret string) map[string]any {
	text, plain := types.StringValue(secret), client.Secret(secret)
	request := client.TokenRequest{Password: plain, ClientSecret: plain, RefreshToken: plain}
	return map[string]any{
		"connection":                       &connection{grant: request},
		"base of a resource":               resourceBase{&connection{grant: request}},
		"credentials":                      credentials{"password": plain},
		"export":                           export{value: secret},
		"model of an application":          applicationModel{Secret: text},
		"model of application data":        applicationDataModel{Secret: text},
		"model of an application secret":   applicationSecretModel{Secret: text},
		"model of a personal access token": personalAccessTokenModel{Key: text},
		"model of an access token": accessTokenModel{
			Password: text, ClientSecret: text, RefreshToken: text, AccessToken: text, IDToken: text,
		},
	}
}

// RoleMove moves one access role to a place.
type RoleMove struct {
	Role  access.ResourceID
	Place access.RolePlace
}

// RoleMoves returns the moves that put access roles from the current order into the wanted one.
func RoleMoves(current, wanted []access.ResourceID) (moves []RoleMove) {
	for _, move := range roleMoves(current, wanted) {
		moves = append(moves, RoleMove{move.role, move.place})
	}
	return moves
}

// Reordered and Among export reordered and among to the tests.
var Reordered, Among = reordered, among
