package provider

// seenObject names an object by its kind, such as "application", and by a key that is unique in the
// domain. The caller folds the case of a key that LUSID compares without case.
type seenObject struct{ kind, key string }

// saw records that this process knows an object from a prior state. It returns false if the object
// was recorded before.
//
// Terraform plans -replace, taint, replace_triggered_by and a rename without a moved block as a
// destroy and a create, and the create has no prior state. The process that plans the create has
// read the object or planned its destruction, so it can tell such a create from a first one.
func (c *connection) saw(kind, key string) bool {
	_, known := c.seen.LoadOrStore(seenObject{kind, key}, nil)
	return !known
}

// hasSeen reports whether saw recorded the object and nothing has dropped it since.
func (c *connection) hasSeen(kind, key string) bool {
	_, known := c.seen.Load(seenObject{kind, key})
	return known
}

// dropSeen forgets an object that no longer exists. A create of the same key replaces nothing then.
func (c *connection) dropSeen(kind, key string) { c.seen.Delete(seenObject{kind, key}) }
