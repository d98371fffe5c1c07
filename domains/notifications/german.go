package notifications

import (
	"fmt"
	"time"
)

var (
	weekdays = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	months   = [...]string{
		"Januar", "Februar", "März", "April", "Mai", "Juni",
		"Juli", "August", "September", "Oktober", "November", "Dezember",
	}
)

// germanTime writes an instant in full, as its location's clocks show it:
// "Dienstag, 30. März 2027, 10:00 Uhr".
func germanTime(t time.Time) string {
	return fmt.Sprintf("%s, %d. %s %d, %02d:%02d Uhr",
		weekdays[t.Weekday()], t.Day(), months[t.Month()-1], t.Year(), t.Hour(), t.Minute())
}

// germanDuration writes a duration to the minute: "1 Stunde 30 Minuten".
func germanDuration(d time.Duration) string {
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	switch {
	case hours == 0:
		return count(minutes, "Minute", "Minuten")
	case minutes == 0:
		return count(hours, "Stunde", "Stunden")
	}
	return count(hours, "Stunde", "Stunden") + " " + count(minutes, "Minute", "Minuten")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// germanList joins names: "Ada, Bea und Cem".
func germanList(names []string) string {
	list := ""
	for i, name := range names {
		switch i {
		case 0:
		case len(names) - 1:
			list += " und "
		default:
			list += ", "
		}
		list += name
	}
	return list
}
