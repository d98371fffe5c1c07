package notifications

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"

	"github.com/wneessen/go-mail"

	"github.com/herald-bus/herald/domains/internal/local"
)

// Outbox is a folder that mail is written to, one file a key, for whoever has no
// mail server.
type Outbox struct{ Dir string }

// Way returns [ByOutbox].
func (Outbox) Way() Way { return ByOutbox }

// Send writes the message unless there is one for the key.
func (o Outbox) Send(_ context.Context, key string, message *mail.Msg) error {
	path := filepath.Join(o.Dir, local.FileName(key)+".eml")
	exists, err := local.Exists(path)
	if err != nil || exists {
		return err
	}
	var content bytes.Buffer
	if _, err := message.WriteTo(&content); err != nil {
		return fmt.Errorf("notifications: write the message: %w", err)
	}
	if err := local.Write(path, content.Bytes()); err != nil {
		return fmt.Errorf("notifications: outbox: %w", err)
	}
	return nil
}
