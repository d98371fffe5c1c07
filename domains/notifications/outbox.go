package notifications

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/wneessen/go-mail"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/events"
)

// An Outbox keeps each mail as a file, from which a mail server may take it.
type Outbox struct {
	dir  string
	from string
}

// NewOutbox returns the outbox; its folder is made when the first mail is written.
func NewOutbox(config Config) *Outbox {
	return &Outbox{dir: config.Dir(config.OutboxDir, "outbox"), from: config.MailFrom}
}

// Send writes the mail, unless it is there already.
func (o *Outbox) Send(_ context.Context, m Mail) error {
	path := filepath.Join(o.dir, local.FileName(m.Key)+".eml")
	if there, err := local.Exists(path); err != nil || there {
		return err
	}
	message := mail.NewMsg()
	if err := message.From(o.from); err != nil {
		return events.Permanent(fmt.Errorf("notifications: HERALD_MAIL_FROM %q is no address: %w", o.from, err))
	}
	if err := message.To(m.To); err != nil {
		return events.Permanent(fmt.Errorf("notifications: the recipient is no address: %w", err))
	}
	message.Subject(m.Subject)
	message.SetDateWithValue(m.Date)
	message.SetMessageIDWithValue(strings.ReplaceAll(m.Key, "/", ".") + "@herald.invalid")
	message.SetBodyString(mail.TypeTextPlain, m.Text)
	if err := message.AttachReader("termin.ics", strings.NewReader(m.Calendar), mail.WithFileContentType("text/calendar; charset=utf-8; method=PUBLISH")); err != nil {
		return events.Permanent(fmt.Errorf("notifications: attach the calendar file: %w", err))
	}
	var content bytes.Buffer
	if _, err := message.WriteTo(&content); err != nil {
		return fmt.Errorf("notifications: write the mail: %w", err)
	}
	return local.Write(path, content.Bytes())
}
