package access

// WhenSpec is the period in which a policy or a role is active. Both are instants in RFC 3339.
type WhenSpec struct {
	Activate string `json:"activate"`
	// Deactivate is empty for no end. LUSID then returns an instant of the year 9999.
	Deactivate string `json:"deactivate,omitempty"`
}
