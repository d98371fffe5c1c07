package notifications

import (
	"fmt"
	"strings"
	"time"

	"github.com/herald-bus/herald/domains/internal/ics"
	"github.com/herald-bus/herald/events/notification"
)

// A Mail is a message that is ready to be sent.
type Mail struct {
	// Key names the mail: it is sent once.
	Key      string
	To       string
	Subject  string
	Text     string
	Calendar string // the attached termin.ics
	Date     time.Time
}

var (
	weekdays = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	months   = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
)

// germanTime writes "Dienstag, 30. März 2027, 10:00 Uhr".
func germanTime(t time.Time) string {
	return fmt.Sprintf("%s, %d. %s %d, %s Uhr", weekdays[t.Weekday()], t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
}

// confirmation composes the mail in the local time of the branch.
func confirmation(e notification.ConfirmationRequired, key string, date time.Time) (Mail, error) {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return Mail{}, fmt.Errorf("notifications: %w", err)
	}
	when := germanTime(e.StartsAt.In(zone))
	calendar, err := ics.Write(ics.Publish, ics.Event{
		UID: e.AppointmentID, Sequence: e.Version - 1, Stamp: date, Start: e.StartsAt, End: e.EndsAt, Zone: e.Zone,
		Summary: e.Display.ServiceName + ", " + e.Display.BranchName, Location: e.Display.BranchAddress,
		Organizer: ics.Person{Name: e.Display.BranchName, Email: e.Display.BranchEmail},
	})
	if err != nil {
		return Mail{}, err
	}
	text := fmt.Sprintf("Guten Tag,\n\nIhr Termin ist bestätigt.\n\n%s\n%s bei %s\n%s, %s\n\nFragen? %s\n",
		when, e.Display.ServiceName, strings.Join(e.Display.StaffNames, ", "), e.Display.BranchName, e.Display.BranchAddress, e.Display.BranchPhone)
	return Mail{Key: key, To: e.ContactOverride.Email, Subject: "Ihr Termin am " + when, Text: text, Calendar: calendar, Date: date}, nil
}
