package notifications_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/domains/internal/store/storetest"
	"github.com/herald-bus/herald/domains/notifications"
	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/eventstest"
	"github.com/herald-bus/herald/events/notification"
)

func TestPlanConfirmationMailsOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		listener, outbox := planner(t, db)

		emitted := eventstest.RunTwice(t, listener, required(), events.OccurredAt(booked))

		require.Len(t, emitted, 1)
		var sent notification.Sent
		require.NoError(t, json.Unmarshal(emitted[0].Data, &sent))
		require.Equal(t, "confirmation", sent.Purpose)
		header, _ := read(t, outbox)
		require.Equal(t, "<"+sent.NotificationID+"@herald.example>", header.Get("Message-ID"))
		require.Contains(t, storetest.Dump(t, db), "message_id=<"+sent.NotificationID+"@herald.example>")
		require.NotContains(t, storetest.Dump(t, db), "mia@kunden.example")
	}, notifications.Migrations)
}

func TestPlanConfirmationAfterACrash(t *testing.T) {
	t.Parallel()
	listener, outbox := planner(t, storetest.SQLite(t, notifications.Migrations))
	again, sameOutbox := planner(t, storetest.SQLite(t, notifications.Migrations)) // which knows of nothing
	id := events.ID("0198c0de-0000-7000-8000-000000000001")
	_, err := eventstest.Deliver(t, listener, required(), id, events.Backdated())
	require.NoError(t, err)
	require.NoError(t, os.Rename(outbox, sameOutbox))
	before, _ := read(t, sameOutbox)

	_, err = eventstest.Deliver(t, again, required(), id, events.Backdated())

	require.NoError(t, err)
	after, _ := read(t, sameOutbox)
	require.Equal(t, before, after)
	require.FileExists(t, filepath.Join(sameOutbox, "0198c0de-0000-7000-8000-000000000001_notifications.plan-confirmation.eml"))
}

func TestConfirmationInWords(t *testing.T) {
	t.Parallel()
	listener, outbox := planner(t, storetest.SQLite(t, notifications.Migrations))

	_, err := eventstest.Deliver(t, listener, required(), events.OccurredAt(booked))

	require.NoError(t, err)
	header, parts := read(t, outbox)
	from, err := header.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, "Salon Grün", from[0].Name)
	require.Equal(t, "termine@herald.example", from[0].Address)
	require.Equal(t, "<mia@kunden.example>", header.Get("To"))
	require.Equal(t, "<salon@gruen.example>", header.Get("Reply-To"))
	require.Equal(t, "auto-generated", header.Get("Auto-Submitted"))
	require.Equal(t, "de", header.Get("Content-Language"))
	date, err := header.Date()
	require.NoError(t, err)
	require.True(t, booked.Equal(date), "a repeat carries the same date")
	require.Len(t, parts, 4)
	require.Equal(t, `Guten Tag,

Ihr Termin ist bestätigt:

  Färben & Schneiden bei Ada und Bea
  Dienstag, 30. März 2027, 10:00 Uhr
  Dauer: 1 Stunde 30 Minuten

  Salon Grün
  Königstraße 5, 10115 Berlin

Im Anhang finden Sie den Termin für Ihren Kalender.

Möchten Sie etwas ändern oder absagen? Sie erreichen uns unter 030 23125001.

Terminnummer: 7F3A9C21

Wir freuen uns auf Sie!
Salon Grün
`, strings.ReplaceAll(parts["text/plain"], "\r\n", "\n"))
	require.Contains(t, parts["text/html"], "Färben &amp; Schneiden")
	require.NotContains(t, parts["text/html"], "<style")
	require.NotContains(t, parts["text/html"], "http")
	calendar := parts["application/ics"]
	require.Equal(t, calendar, parts["text/calendar; method=REQUEST"])
	for _, line := range []string{
		"METHOD:REQUEST", "UID:7f3a9c21-0000-7000-8000-000000000001@herald.example", "SEQUENCE:2", "STATUS:CONFIRMED",
		"DTSTAMP:20270323T090000Z", "DTSTART;TZID=Europe/Berlin:20270330T100000", "DTEND;TZID=Europe/Berlin:20270330T113000",
	} {
		require.Contains(t, calendar, line+"\r\n")
	}
}

func TestNamesCannotForgeHeaders(t *testing.T) {
	t.Parallel()
	listener, outbox := planner(t, storetest.SQLite(t, notifications.Migrations))
	e := required()
	e.Display.BranchName = "Salon\r\nBcc: eve@evil.example"
	e.Display.ServiceName = "<script>alert(1)</script>"

	_, err := eventstest.Deliver(t, listener, e)

	require.NoError(t, err)
	header, parts := read(t, outbox)
	require.Empty(t, header.Get("Bcc"))
	require.NotContains(t, parts["text/html"], "<script")
}

func TestAConfirmationWithNoAddressInItIsVisible(t *testing.T) {
	t.Parallel()
	listener, outbox := planner(t, storetest.SQLite(t, notifications.Migrations))
	e := required()
	e.ContactOverride = &appointment.ContactOverride{Email: "mia at kunden.example"}

	_, err := eventstest.Deliver(t, listener, e)

	require.True(t, events.IsPermanent(err), "no retry finds an address")
	require.ErrorContains(t, err, "is no e-mail address")
	require.NotContains(t, err.Error(), "kunden.example")
	require.NoDirExists(t, outbox)
}
