package notifications

import (
	"context"
	"fmt"

	"github.com/wneessen/go-mail"
)

// A Way is how a message leaves.
type Way string

// The ways.
const (
	ByOutbox Way = "outbox"
	BySMTP   Way = "smtp"
)

// A Mailer sends mail. Sending under a key that was used before sends nothing new
// where the way can tell, and the same Message-ID where it can't.
type Mailer interface {
	Send(ctx context.Context, key string, message *mail.Msg) error
	Way() Way
}

// NewMailer returns the mailer that the configuration asks for: the SMTP server
// where there is one, or else the outbox folder.
func NewMailer(config Config) (Mailer, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	if config.SMTPAddr == "" {
		return Outbox{Dir: config.Dir(config.OutboxDir, "outbox")}, nil
	}
	return NewSMTP(config)
}
