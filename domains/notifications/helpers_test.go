package notifications_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/local"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/notification"
)

const tenant = "0198c0de-0000-7000-8000-0000000000aa"

var (
	booked = time.Date(2027, 3, 23, 9, 0, 0, 0, time.UTC)
	starts = time.Date(2027, 3, 30, 8, 0, 0, 0, time.UTC)
)

func created() appointment.Created {
	return appointment.Created{
		Ref: appointment.Ref{
			AppointmentID: "7f3a9c21-0000-7000-8000-000000000001", Version: 3, CustomerID: "customer-1",
			StartsAt: starts, EndsAt: starts.Add(90 * time.Minute), Zone: "Europe/Berlin",
			Status: appointment.Confirmed, Origin: appointment.Voice,
			Display: appointment.Display{
				ServiceName: "Färben & Schneiden", StaffNames: []string{"Ada", "Bea"}, BranchName: "Salon Grün",
				BranchAddress: "Königstraße 5, 10115 Berlin", BranchPhone: "030 23125001", BranchEmail: "salon@gruen.example",
			},
			ContactOverride: &appointment.ContactOverride{Email: "mia@kunden.example"},
		},
		CallID: "call-1", Notify: true, CalendarState: "pending", IdempotencyKey: "k",
	}
}

func required() notification.ConfirmationRequired {
	e := created()
	return notification.ConfirmationRequired{
		AppointmentID: e.AppointmentID, Version: e.Version, CustomerID: e.CustomerID, CallID: e.CallID, Display: e.Display,
		StartsAt: e.StartsAt, EndsAt: e.EndsAt, Zone: e.Zone, ContactOverride: e.ContactOverride,
	}
}

func configIn(dir string) notifications.Config {
	return notifications.Config{Config: local.Config{DataDir: dir}, MailFrom: "termine@herald.example", SMTPTLS: "mandatory"}
}

// planner returns the listener over an outbox in a folder of its own.
func planner(t *testing.T, db *store.DB) (listener events.Listener, outbox string) {
	t.Helper()
	config := configIn(t.TempDir())
	mailer, err := notifications.NewMailer(config)
	require.NoError(t, err)
	return notifications.NewPlanConfirmation(config, mailer, notifications.NewDeliveries(db), notifications.NewRecipients(db), slog.New(slog.DiscardHandler)),
		filepath.Join(config.DataDir, "outbox")
}

// read returns the headers of the only mail in the outbox and its parts by type.
func read(t *testing.T, outbox string) (mail.Header, map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(outbox, "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	content, err := os.ReadFile(files[0])
	require.NoError(t, err)
	message, err := mail.ReadMessage(bytes.NewReader(content))
	require.NoError(t, err)
	parts := map[string]string{}
	collect(t, message.Header.Get("Content-Type"), "", message.Body, parts)
	return message.Header, parts
}

func collect(t *testing.T, contentType, encoding string, body io.Reader, into map[string]string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	require.NoError(t, err)
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			require.NoError(t, err)
			collect(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part, into)
		}
	}
	if encoding == "base64" {
		body = base64.NewDecoder(base64.StdEncoding, body)
	} else {
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	if method := params["method"]; method != "" {
		kind += "; method=" + method
	}
	into[kind] = string(content)
}
