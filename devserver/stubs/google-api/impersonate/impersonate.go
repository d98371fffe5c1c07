// Package impersonate stands in for Google's service account delegation; see
// stubs/README.md.
package impersonate

import (
	"context"
	"errors"

	"golang.org/x/oauth2"
	"google.golang.org/api/option"
)

// CredentialsConfig says who acts for whom.
type CredentialsConfig struct {
	TargetPrincipal   string
	Scopes, Delegates []string
}

// CredentialsTokenSource always answers that it is unsupported.
func CredentialsTokenSource(context.Context, CredentialsConfig, ...option.ClientOption) (oauth2.TokenSource, error) {
	return nil, errors.ErrUnsupported
}
