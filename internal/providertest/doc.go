// Package providertest is the language that the provider's tests are written in. Only tests import it.
//
// A test begins with a LUSID domain in this process: NewMock gives it a fresh one, and
// Options.Seed fills it. There are two ways to drive the provider:
//
//   - Domain.Protocol speaks the plugin protocol with a provider in this process: Resource, Data,
//     Open and Act are what Terraform asks for. It takes milliseconds, and is the usual way.
//   - NewWorkspace runs the real CLI in a directory, and the provider's binary in processes of its
//     own. Use it for what only the CLI shows. These tests are named TestAcc and need TF_ACC=1.
//
// Then the test looks at all that a user would see: the Instance in the state (MustHave), the next
// plan (MustPlanNothing), the Diagnostics (MustBeQuiet, MustWarn, MustFail), and the requests, those
// not made included (MustCount). Domain.Mock.InjectFault makes a request fail. Domain.MustCall and
// the Create methods of Domain change the domain behind Terraform's back. A test that waits runs in
// a bubble of testing/synctest, on DomainInMemory. Fixtures describe every kind of resource, for
// tests that walk through all of them.
//
// Read example_test.go first.
package providertest
