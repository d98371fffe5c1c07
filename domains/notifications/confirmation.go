package notifications

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/wneessen/go-mail"

	"github.com/herald-bus/herald/domains/internal/ics"
	"github.com/herald-bus/herald/events/notification"
)

//go:embed templates
var templates embed.FS

var (
	confirmationText = template.Must(template.ParseFS(templates, "templates/confirmation.txt.tmpl"))
	confirmationHTML = htmltemplate.Must(htmltemplate.ParseFS(templates, "templates/confirmation.html.tmpl"))
)

// words are what a confirmation says.
type words struct {
	Business, Service, Staff, When, Duration, Place, Phone, Email, Code string
}

// Confirmation writes the German mail that confirms an appointment to somebody, with
// the appointment as a calendar file. It depends on its arguments only: whatever goes
// out twice under one key has one Message-ID.
func Confirmation(config Config, e notification.ConfirmationRequired, to, key string, at time.Time) (*mail.Msg, error) {
	domain, err := config.domain()
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	w := wordsOf(e, zone)
	calendar, err := ics.Write(ics.Request, invitation(config, e, w, to, domain, at))
	if err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := address(message, config, to, w); err != nil {
		return nil, err
	}
	message.Subject("Terminbestätigung – " + w.Business)
	message.SetMessageIDWithValue(notificationID(key) + "@" + domain)
	message.SetDateWithValue(at.UTC())
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	message.SetGenHeader(mail.HeaderContentLang, "de")
	var text, html bytes.Buffer
	if err := confirmationText.Execute(&text, w); err != nil {
		return nil, err
	}
	if err := confirmationHTML.Execute(&html, w); err != nil {
		return nil, err
	}
	message.SetBodyString(mail.TypeTextPlain, text.String())
	message.AddAlternativeString(mail.TypeTextHTML, html.String())
	message.AddAlternativeString("text/calendar; method=REQUEST", calendar)
	err = message.AttachReader("termin.ics", strings.NewReader(calendar), mail.WithFileContentType("application/ics"))
	return message, err
}

// notificationID returns the id of the message that is sent under key.
func notificationID(key string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("notification:"+key)).String()
}

// address sets who writes to whom. The errors don't repeat an address.
func address(message *mail.Msg, config Config, to string, w words) error {
	if err := message.FromFormat(w.Business, config.MailFrom); err != nil {
		return errors.New("notifications: the sender HERALD_MAIL_FROM is no e-mail address")
	}
	if err := message.To(to); err != nil {
		return errors.New("notifications: what is given as the customer's address, or as contact_override.email, is no e-mail address")
	}
	if w.Email != "" {
		if err := message.ReplyTo(w.Email); err != nil {
			return errors.New("notifications: display.branch_email is no e-mail address")
		}
	}
	return nil
}

func wordsOf(e notification.ConfirmationRequired, zone *time.Location) words {
	d := e.Display
	staff := make([]string, len(d.StaffNames))
	for i, name := range d.StaffNames {
		staff[i] = oneLine(name)
	}
	code, _, _ := strings.Cut(e.AppointmentID, "-")
	return words{
		Business: oneLine(d.BranchName),
		Service:  oneLine(d.ServiceName),
		Staff:    germanList(staff),
		When:     germanTime(e.StartsAt.In(zone)),
		Duration: germanDuration(e.EndsAt.Sub(e.StartsAt)),
		Place:    oneLine(d.BranchAddress),
		Phone:    oneLine(d.BranchPhone),
		Email:    oneLine(d.BranchEmail),
		Code:     strings.ToUpper(code),
	}
}

func invitation(config Config, e notification.ConfirmationRequired, w words, to, domain string, at time.Time) ics.Event {
	return ics.Event{
		UID:       e.AppointmentID + "@" + domain,
		Sequence:  max(e.Version-1, 0),
		Stamp:     at,
		Start:     e.StartsAt,
		End:       e.EndsAt,
		Zone:      e.Zone,
		Summary:   w.Service + " – " + w.Business,
		Location:  w.Business + ", " + w.Place,
		Organizer: ics.Person{Name: w.Business, Email: config.MailFrom},
		Attendee:  ics.Person{Email: to},
	}
}

// oneLine takes out whatever could start a new line, and other controls.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(clean), " ")
}
