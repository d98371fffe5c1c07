package main

import (
	"time"

	"github.com/herald-bus/herald/domains"
	"github.com/herald-bus/herald/events/appointment"
	"github.com/herald-bus/herald/events/call"
)

var id = domains.DemoID

var tenantID = id(domains.DemoTenant)

// visit is next Tuesday at ten in Berlin.
func visit() time.Time {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		berlin = time.UTC
	}
	now := time.Now().In(berlin)
	days := (int(time.Tuesday)-int(now.Weekday())+7)%7 + 7
	return time.Date(now.Year(), now.Month(), now.Day()+days, 10, 0, 0, 0, berlin).UTC()
}

// reference is an appointment of the given customer.
func reference(appointmentID, customer, email string) appointment.Ref {
	starts := visit()
	return appointment.Ref{
		AppointmentID: appointmentID, Version: 1, BranchID: id("berlin"), ServiceID: id("damen"),
		CustomerID: id(customer), StaffIDs: []string{id("aylin")},
		StartsAt: starts, EndsAt: starts.Add(45 * time.Minute), Zone: "Europe/Berlin",
		Status: appointment.Confirmed, Origin: appointment.Voice,
		Display: appointment.Display{
			ServiceName: "Damenhaarschnitt", StaffNames: []string{"Aylin Sommer"},
			BranchName: "Flaumfeder Friseure Berlin (Demo)", BranchAddress: "Probeweg 1, 10115 Berlin",
			BranchPhone: "+493023125100", BranchEmail: "berlin@flaumfeder.example",
		},
		ContactOverride: &appointment.ContactOverride{Email: email},
	}
}

func created(appointmentID, customer, email string) appointment.Created {
	ref := reference(appointmentID, customer, email)
	return appointment.Created{
		Ref:    ref,
		Phases: []appointment.Phase{{Seq: 1, Kind: "busy", StaffID: ref.StaffIDs[0], StartsAt: ref.StartsAt, EndsAt: ref.EndsAt}},
		Price:  appointment.Money{Cents: 5400, Currency: "EUR"}, CalendarState: "pending",
		IdempotencyKey: "demo/" + appointmentID, Notify: true,
	}
}

func cancelled(appointmentID, customer, email string) appointment.Cancelled {
	ref := reference(appointmentID, customer, email)
	ref.Status = appointment.StatusCancelled
	ref.Version = 2
	return appointment.Cancelled{
		Ref: ref, Reason: "customer_request", CancelledBy: "customer",
		NoticeSeconds: int64(time.Until(ref.StartsAt).Seconds()), Fee: appointment.Money{Currency: "EUR"}, WithinPolicy: true, Notify: true,
	}
}

func started(callID, from string) call.Started {
	return call.Started{
		Ref:       call.Ref{CallID: callID, VendorCallID: "call_" + callID[:8], BranchID: id("berlin"), Zone: "Europe/Berlin"},
		Direction: "inbound", Kind: "phone", CallerID: "presented", FromNumber: from, ToNumber: "+493023125100",
		LineID: id("line-berlin"), AgentID: "agent_demo_berlin", Language: "de-DE", StartedAt: time.Now().UTC().Truncate(time.Second),
	}
}
