// Package option stands in for the options of Google's clients; see
// stubs/README.md.
package option

// ClientOption carries nothing here.
type ClientOption struct{}

// WithTokenSource ignores the credentials it is given.
func WithTokenSource(any) ClientOption { return ClientOption{} }
