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

// These are the kinds of seenObject that find a destroy and a create of the same object in a plan. Terraform can plan either
// of them first. When it plans the other one, the provider warns, but only once for each object.
func priorOf(noun string) string    { return noun + " in the state" }
func plannedOf(noun string) string  { return noun + " that a plan creates" }
func replacedOf(noun string) string { return noun + " whose replacement a warning announced" }

// renamedAdvice is the next step if a plan replaces an object by mistake.
const renamedAdvice = "If the resource only got another name or another for_each key, add a moved block. Then Terraform destroys and creates nothing."

// plansReplacement records the create or destroy of an object in a plan. It reports whether the plan does both, once for
// each object. An empty key is known only after apply.
func (c *connection) plansReplacement(noun, key string, creates bool) bool {
	if c == nil || key == "" {
		return false
	}
	planned, other := priorOf(noun), plannedOf(noun)
	if creates {
		planned, other = other, planned
	}
	c.saw(planned, key)
	return c.hasSeen(other, key) && c.saw(replacedOf(noun), key)
}
