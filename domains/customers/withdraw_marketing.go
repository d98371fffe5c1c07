package customers

import (
	"context"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/events/notification"
)

// marketingBy is the purpose that ends with a channel's advertising.
var marketingBy = map[string]string{"email": customer.MarketingEmail, "sms": customer.MarketingSMS, "whatsapp": customer.MarketingWhatsApp}

// NewWithdrawMarketing returns the listener that takes an unsubscription for what it
// is: no more consent to marketing on that channel. Who ends reminders ends no
// marketing.
func NewWithdrawMarketing(s *Service) events.Listener {
	return events.On("customers.withdraw-marketing", func(ctx context.Context, d events.Delivery[notification.Unsubscribed]) error {
		e, purpose := d.Event, marketingBy[d.Event.Channel]
		if e.CustomerID == "" || purpose == "" || e.Scope == "reminders" {
			return nil
		}
		req := ConsentRequest{
			Key: d.IdempotencyKey(), CustomerID: e.CustomerID, Purpose: purpose, CapturedBy: e.Via, Evidence: map[string]string{"event_id": d.ID},
		}
		return unlessGone(emit(d, func() ([]events.Event, error) {
			_, announced, err := s.WithdrawConsent(ctx, d.TenantID, d.Time, req) // as of when it was said
			return announced, err
		}, events.OccurredAt(d.Time)))
	}, events.Priority(80), events.Emits(customer.ConsentChanged{}))
}
