// Package docs holds the documents to what is there: the Go in them compiles and
// its tests pass, links lead somewhere, and what they name exists.
package docs
