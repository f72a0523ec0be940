package mockserver

const findUsersByID = "FindUsersById"

// directory returns several users at a time, in a short form.
type directory struct {
	users *users
}

// userSummary is UserSummary.
type userSummary struct {
	ID                 string             `json:"id"`
	Login              string             `json:"login"`
	Email              string             `json:"email"`
	SecondEmail        *string            `json:"secondEmail"`
	FirstName          string             `json:"firstName"`
	LastName           string             `json:"lastName"`
	Type               string             `json:"type"`
	AlternativeUserIDs map[string]*string `json:"alternativeUserIds"`
}

// errorDetail is ErrorDetail.
type errorDetail struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// listUsersResponse is ListUsersResponse.
type listUsersResponse struct {
	Values map[string]userSummary `json:"values"`
	Failed map[string]errorDetail `json:"failed"`
}

func (d directory) operations() operations { return operations{findUsersByID: d.find} }

// find returns the alternative ids of the calling user only, as LUSID does.
func (d directory) find(c *call) (any, error) {
	body := listUsersResponse{Values: map[string]userSummary{}, Failed: map[string]errorDetail{}}
	for _, id := range c.query["id"] {
		u, err := d.users.lookUp(id)
		if err != nil {
			p := problemFrom(err)
			body.Failed[id] = errorDetail{ID: id, Type: c.contract.errorName(p.code), Detail: p.detail}
			continue
		}
		summary := userSummary{
			ID: u.id, Login: u.login, Email: u.email, SecondEmail: u.secondEmail,
			FirstName: u.firstName, LastName: u.lastName, Type: u.kind,
		}
		if u.id == c.caller.user.id {
			summary.AlternativeUserIDs = u.alternativeIDs
		}
		body.Values[id] = summary
	}
	return body, nil
}
