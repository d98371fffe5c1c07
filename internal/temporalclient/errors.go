package temporalclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A ConnectError says that the server at Address could not be reached, or that
// it refused the credentials, and what to do about it.
type ConnectError struct {
	Address string
	Err     error
}

func (e *ConnectError) Error() string {
	return fmt.Sprintf("connect to %s: %s: %s", e.Address, e.reason(), e.advice())
}

func (e *ConnectError) Unwrap() error { return e.Err }

// refused reports whether the server answered, and refused.
func (e *ConnectError) refused() bool {
	if _, denied := errors.AsType[*serviceerror.PermissionDenied](e.Err); denied {
		return true
	}
	return status.Code(errors.Unwrap(e.Err)) == codes.Unauthenticated || strings.Contains(e.Err.Error(), "unauthenticated")
}

func (e *ConnectError) advice() string {
	text := e.Err.Error()
	switch {
	case e.refused():
		return "the server refused the credentials; set TEMPORAL_API_KEY or the client certificate"
	case strings.Contains(text, "tls:"), strings.Contains(text, "x509:"), strings.Contains(text, "error reading server preface"):
		return "do both sides agree on TLS? see TEMPORAL_TLS and TEMPORAL_TLS_SERVER_CA_CERT_PATH"
	}
	return `is the server up? run "make up", or set TEMPORAL_ADDRESS`
}

// reason is the innermost text: gRPC wraps "connection refused" in four layers.
func (e *ConnectError) reason() string {
	if errors.Is(e.Err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	if _, late := errors.AsType[*serviceerror.DeadlineExceeded](e.Err); late {
		return "no answer in time"
	}
	text := e.Err.Error()
	if strings.Contains(text, "no children to pick from") || strings.Contains(text, "produced zero addresses") {
		host, _, err := net.SplitHostPort(e.Address)
		if err != nil {
			return "an address is host:port"
		}
		return "no such host " + host
	}
	for _, noise := range []string{"failed reaching server: ", "desc = ", "Error while dialing: ", "dial tcp "} {
		if _, after, found := strings.Cut(text, noise); found {
			text = after
		}
	}
	text = strings.TrimPrefix(strings.Trim(text, `"`), e.Address+": ")
	return strings.TrimPrefix(text, "connect: ")
}
