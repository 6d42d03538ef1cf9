// Package tests holds what the tests of several packages need. Only tests import it.
//
// The tests that need servers, much memory or much time are in the folders below it,
// and architecture_test.go checks that imports follow the layers of the module.
package tests
