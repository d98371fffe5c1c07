package customers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/domains/customers"
	"github.com/herald-bus/herald/events/customer"
)

func TestCUS35_WhatEachAssuranceAllows(t *testing.T) {
	t.Parallel()
	for action, want := range map[customers.Action][]customers.Answer{
		customers.Book:             {customers.Yes, customers.Yes, customers.Yes, customers.Yes, customers.Yes},
		customers.BeGreeted:        {customers.No, customers.No, customers.Yes, customers.Yes, customers.Yes},
		customers.HearAppointments: {customers.No, customers.No, customers.Yes, customers.Yes, customers.Yes},
		customers.CancelOrMove:     {customers.Callback, customers.Callback, customers.Yes, customers.Yes, customers.Yes},
		customers.AddContact:       {customers.ThisAppointment, customers.ThisAppointment, customers.Yes, customers.Yes, customers.Yes},
		customers.ChangeContact:    {customers.No, customers.No, customers.Callback, customers.Yes, customers.Yes},
		customers.HearMore:         {customers.No, customers.No, customers.No, customers.Export, customers.Yes},
	} {
		for i, assurance := range customer.Assurances {
			require.Equal(t, want[i], customers.Permitted(assurance, action), "%s with %s", action, assurance)
		}
	}
	require.Equal(t, customers.No, customers.Permitted("friend", customers.Book))
	require.Equal(t, customers.No, customers.Permitted(customer.AssuredStaff, "invent"))
}
