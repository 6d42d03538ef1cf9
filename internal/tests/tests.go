// Package tests is what the tests of several packages need. Nothing else imports it.
//
// The tests that need servers, much memory or much time are in the folders below it,
// and architecture_test.go holds the imports of the module to its layers.
package tests
