package access

// WhenSpec is the period in which a policy or a role is active. Both are timestamps in RFC 3339.
type WhenSpec struct {
	Activate string `json:"activate"`
	// Deactivate is empty if the period has no end. LUSID then returns a timestamp in the year 9999.
	Deactivate string `json:"deactivate,omitempty"`
}
