package notifications

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/herald-bus/herald/events"
)

// smtpTimeout limits the connection and each of its steps.
const smtpTimeout = 10 * time.Second

// SMTP sends mail through a server.
type SMTP struct {
	host     string
	options  []mail.Option
	implicit bool // TLS from the start
}

// NewSMTP returns a mailer for the configured server. It connects to nobody.
func NewSMTP(config Config) (*SMTP, error) {
	host, port, err := net.SplitHostPort(config.SMTPAddr)
	if err != nil {
		return nil, fmt.Errorf("HERALD_SMTP_ADDR %q must be host:port", config.SMTPAddr)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("HERALD_SMTP_ADDR %q must end in a port's number", config.SMTPAddr)
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTimeout(smtpTimeout)}
	switch config.SMTPTLS {
	case "mandatory":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "opportunistic":
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case "implicit":
		options = append(options, mail.WithSSL())
	default:
		return nil, fmt.Errorf("HERALD_SMTP_TLS %q must be mandatory, implicit, opportunistic or none", config.SMTPTLS)
	}
	if config.SMTPUser != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(config.SMTPUser), mail.WithPassword(config.SMTPPassword))
	}
	if _, err := mail.NewClient(host, options...); err != nil {
		return nil, fmt.Errorf("HERALD_SMTP_ADDR: %w", err)
	}
	return &SMTP{host, options, config.SMTPTLS == "implicit"}, nil
}

// Way returns [BySMTP].
func (*SMTP) Way() Way { return BySMTP }

// Send hands the message to the server. A refusal with a code of 500 or more is
// permanent; everything else is worth another attempt. A message that the server
// has taken is sent, whatever happens to the connection afterwards.
func (s *SMTP) Send(ctx context.Context, _ string, message *mail.Msg) error {
	connection := &line{}
	defer connection.close()
	options := slices.Clone(s.options)
	if !s.implicit { // there the client must dial itself, or it takes the line for an open one
		options = append(options, mail.WithDialContextFunc(connection.dial))
	}
	client, err := mail.NewClient(s.host, options...) // one connection a message
	if err != nil {
		return fmt.Errorf("notifications: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, message)
	if err == nil || message.IsDelivered() {
		return nil
	}
	return refusal(err)
}

// A line is a connection that is closed in any case: the client forgets one on which
// TLS or the login fails, and the server then waits until it is collected.
type line struct{ net.Conn }

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		l.Conn = connection
	}
	return connection, err
}

func (l *line) close() {
	if l.Conn != nil {
		_ = l.Close() // it is closed already if all went well
	}
}

// refusal leaves out what the server said in words: servers repeat addresses.
func refusal(err error) error {
	sending, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return fmt.Errorf("notifications: reach the mail server: %w", err)
	}
	code := sending.ErrorCode()
	if code == 0 {
		return fmt.Errorf("notifications: the connection to the mail server broke: %s", sending.Reason)
	}
	said := fmt.Errorf("notifications: the mail server refused the message: %d %s (%s)", code, sending.EnhancedStatusCode(), sending.Reason)
	if !sending.IsTemp() && code >= 500 {
		return events.Permanent(said) // a 5yz reply asks not to repeat this
	}
	return said
}
