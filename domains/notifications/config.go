package notifications

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"github.com/herald-bus/herald/domains/internal/local"
)

// Config says from whom mail comes and which way it goes.
type Config struct {
	local.Config
	// MailFrom is the address that mail comes from. Its domain is also that of the
	// messages' ids.
	MailFrom string `env:"HERALD_MAIL_FROM" envDefault:"termine@flaumfeder.example"`
	// OutboxDir is the folder that mail is written to where there is no server; the
	// default is outbox in the data folder.
	OutboxDir string `env:"HERALD_OUTBOX_DIR"`
	// SMTPAddr is host:port of the server that mail is sent through.
	SMTPAddr string `env:"HERALD_SMTP_ADDR"`
	// SMTPTLS is mandatory (STARTTLS), implicit (TLS from the start, as on port
	// 465), opportunistic or none.
	SMTPTLS string `env:"HERALD_SMTP_TLS" envDefault:"mandatory"`
	// SMTPUser logs in with SMTPPassword; without one nobody does.
	SMTPUser     string `env:"HERALD_SMTP_USER"`
	SMTPPassword string `env:"HERALD_SMTP_PASSWORD"`
}

// Validate reports everything that no mailer can be made of.
func (c Config) Validate() error {
	_, err := c.domain()
	if c.SMTPAddr == "" {
		return err
	}
	_, smtpErr := NewSMTP(c)
	return errors.Join(err, smtpErr)
}

// domain returns the domain of the sender's address.
func (c Config) domain() (string, error) {
	address, err := mail.ParseAddress(c.MailFrom)
	if err != nil {
		return "", fmt.Errorf("HERALD_MAIL_FROM %q is no e-mail address", c.MailFrom)
	}
	return address.Address[strings.LastIndexByte(address.Address, '@')+1:], nil
}
