// Package providertest has the helpers of the provider's tests. Only tests import it.
//
// A test begins with a LUSID domain in this process. NewMock creates a new one, with the objects in Options.Seed. There
// are two ways to call the provider:
//
//   - Domain.Protocol calls a provider in this process through the plugin protocol, like Terraform does: Resource, Data,
//     Open and Act. It takes milliseconds, and is the usual way.
//   - NewWorkspace runs the real CLI in a directory, with the provider's binary. Use it for behavior that only the CLI
//     shows. These tests are named TestAcc and need TF_ACC=1.
//
// Then the test checks everything that a user would see: the Instance in the state (MustHave), the next plan
// (MustPlanNothing), the Diagnostics (MustBeQuiet, MustWarn, MustFail), and the requests, including those that must not be
// sent (MustCount). Domain.Mock.InjectFault makes a request fail. Domain.MustCall and the Create methods of Domain change
// the domain behind Terraform's back. A test that waits runs in a bubble of testing/synctest, on DomainInMemory. Fixtures
// describe every kind of resource, for tests that cover all kinds.
//
// Read example_test.go first.
package providertest
