package domains

import (
	"go.uber.org/fx"

	"github.com/herald-bus/herald/domains/analytics"
	"github.com/herald-bus/herald/domains/appointments"
	"github.com/herald-bus/herald/domains/audit"
	"github.com/herald-bus/herald/domains/availability"
	"github.com/herald-bus/herald/domains/calendarsync"
	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/domains/internal/store"
	"github.com/herald-bus/herald/events/appointment"
)

// Lives starts what lives longer than a delivery. [Module] provides one that does
// nothing; whoever delivers decorates it.
type Lives = appointments.Lives

// Measures lists the figures that can be asked for.
func Measures() []string { return analytics.Measures() }

// Dimensions lists what they can be broken down by.
func Dimensions() []string { return analytics.Dimensions() }

// Services are what a booking is made of and what tells of it afterwards, for whoever
// orchestrates it.
type Services struct {
	fx.In

	Appointments *appointments.Service
	Availability *availability.Service
	Customers    *customers.Service
	Calendar     *calendarsync.Desk
	Facts        *analytics.Facts
	Rebuilder    *analytics.Rebuilder
	Trail        *audit.Trail
	DB           *store.DB
}

// Rank orders what is free by how well it stands in for what was wanted.
func (Services) Rank(wanted appointment.Wanted, free []appointment.Slot) []appointment.Alternative {
	return appointments.Alternatives(wanted, free)
}
