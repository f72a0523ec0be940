package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// placements prevent a run from undoing its own changes.
//
// Several resources can manage the same object of LUSID, for example one role membership. LUSID
// accepts a create of such an object even if it already exists. With create_before_destroy, Terraform
// creates the new resource and then destroys the old one. After a rename without a moved block it does
// both at the same time. The destroy must not remove the object of the create, in either order.
//
// The zero value is ready to use. It is safe for concurrent use.
type placements struct {
	mu      sync.Mutex
	objects map[string]*placement
}

// placement records what this run did with one object of LUSID.
type placement struct {
	// turn is locked while the object is changed.
	turn lock
	// owners are the resources that were created or updated in this run and need the object.
	owners map[string]bool
	// removed is true after the first removal, until the object is written again.
	removed bool
}

// take waits for its turn to change an object. The caller must call release after the change.
func (p *placements) take(ctx context.Context, object string) (taken *placement, release func(), err error) {
	p.mu.Lock()
	if p.objects == nil {
		p.objects = map[string]*placement{}
	}
	taken = p.objects[object]
	if taken == nil {
		taken = &placement{owners: map[string]bool{}}
		p.objects[object] = taken
	}
	p.mu.Unlock()
	release, err = taken.turn.acquire(ctx, "another resource of this run, which is changing the same "+object)
	return taken, release, err
}

// put writes an object and records that the owner needs it. write receives whether this run has
// removed the object, so that it knows whether the object still exists.
func (p *placements) put(ctx context.Context, object, owner string, write func(removed bool) error) error {
	taken, release, err := p.take(ctx, object)
	if err != nil {
		return err
	}
	defer release()
	if err := write(taken.removed); err != nil {
		return err
	}
	taken.owners[owner], taken.removed = true, false
	return nil
}

// remove removes an object, unless another resource of this run needs it.
func (p *placements) remove(ctx context.Context, object, owner string, remove func() error) (needed bool, err error) {
	taken, release, err := p.take(ctx, object)
	if err != nil {
		return false, err
	}
	defer release()
	delete(taken.owners, owner)
	if len(taken.owners) > 0 {
		return true, nil
	}
	err = remove()
	// A failed removal may have removed the object anyway, but a refusal of the provider sent nothing.
	if !errors.Is(err, errChangedAfterPlan) && !errors.Is(err, errChangedBeforeDelete) {
		taken.removed = true
	}
	return false, err
}

// during changes an object while it has the turn.
func (p *placements) during(ctx context.Context, object string, change func() error) error {
	_, release, err := p.take(ctx, object)
	if err != nil {
		return err
	}
	defer release()
	return change()
}

// touched reports whether this run has written or removed an object, or is about to do so.
func (p *placements) touched(object string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.objects[object] != nil
}

// isNeeded reports whether a resource which this run has created or updated needs an object.
func (p *placements) isNeeded(ctx context.Context, object string) bool {
	p.mu.Lock()
	taken := p.objects[object]
	p.mu.Unlock()
	if taken == nil {
		return false
	}
	release, err := taken.turn.acquire(ctx, "another resource of this run, which is changing the same "+object)
	if err != nil {
		return false
	}
	defer release()
	return len(taken.owners) > 0
}

// The kinds of seenObject that find an object which one resource of a plan removes and another one keeps. Terraform does not
// call the provider for the other one in the apply, so the apply cannot find it.
const (
	keptInPlan    = "object that a resource of the plan keeps"
	removedInPlan = "object that a resource of the plan removes"
	overlapNamed  = "object that a warning of an overlap named"
)

// plansOverlap records that a resource of the plan keeps or removes an object. It reports whether another resource of the plan
// does the opposite, once for each object. Two resources without an owner cannot be told apart.
func (c *connection) plansOverlap(object, owner string, removes bool) bool {
	planned, other := keptInPlan, removedInPlan
	if removes {
		planned, other = other, planned
	}
	c.seen.LoadOrStore(seenObject{planned, object}, owner)
	by, isKnown := c.seen.Load(seenObject{other, object})
	return isKnown && by != owner && c.saw(overlapNamed, object)
}

// warnOverlap warns of objects that the plan removes, although another resource has them. lost says who loses what.
func warnOverlap(diags *diag.Diagnostics, summary, lost string) {
	diags.AddWarning(summary, joinParagraphs(lost,
		"Another resource in the state manages the same object. Unless this plan creates that resource again, only the next plan shows that the object is missing, "+
			"and the next apply restores it.",
		"To keep it, replace the resource block that you removed with a removed block that has lifecycle { destroy = false }. That needs Terraform or OpenTofu 1.7."))
}

// ownerKey is the private state key for the value that distinguishes a resource from other resources.
const ownerKey = "owner"

// ownerOf returns the value that distinguishes a resource from others that manage the same object. It
// is empty for a resource that was imported, or created by an earlier release, and not updated since.
func ownerOf(ctx context.Context, private privateReader) (owner string, diags diag.Diagnostics) {
	diags = getPrivate(ctx, private, ownerKey, &owner)
	return owner, diags
}

// privateState is a resource's private state in operations that can read and write it.
type privateState interface {
	privateReader
	privateWriter
}

// becomeOwner is ownerOf for a resource that is created or updated: it gives the resource an owner
// if the resource has none.
func becomeOwner(ctx context.Context, private privateState) (owner string, diags diag.Diagnostics) {
	if owner, diags = ownerOf(ctx, private); owner == "" && !diags.HasError() {
		owner = rand.Text()
		diags.Append(setPrivate(ctx, private, ownerKey, owner)...)
	}
	return owner, diags
}

// renameNote is a note on the page of each resource that can share its object with another resource.
const renameNote = "\n\n-> If you rename this resource or change its `for_each` key, add a `moved` block. " +
	"Then Terraform destroys and creates nothing. Without a `moved` block, Terraform creates the new resource and destroys the " +
	"old one in the same run. The provider then keeps what the new resource needs, and warns. " +
	"It can't do so if the two resources use different provider configurations."

// overlapNote is a note on the page of each resource whose object another resource can have too.
const overlapNote = "\n\n-> If two resources manage the same object, and you remove one of them, the apply removes the object from LUSID. " +
	"The next apply creates it again for the other resource. The plan warns, unless both resources were imported or use different provider configurations."

// warnNeeded warns that a destroy did not change LUSID, and says why.
func warnNeeded(diags *diag.Diagnostics, summary, kept string) {
	diags.AddWarning(summary, kept+" Another resource created or updated it in this run, so removing it would undo that change.\n\n"+
		"This happens with create_before_destroy, when two resources manage the same object, or when a resource gets another name or "+
		"another for_each key. If you changed the name or key, add a moved block. Then Terraform destroys and creates nothing.")
}
