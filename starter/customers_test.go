package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/herald-bus/herald/events"
	"github.com/herald-bus/herald/events/customer"
	"github.com/herald-bus/herald/workflows"
)

const (
	aDuplicate = "0198c0de-0000-7000-8000-0000000000c2"
	aMerge     = "0198c0de-0000-7000-8000-0000000000e1"
)

func TestCustomersSend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		step string
		want any
	}{
		"a merge": {
			[]string{"customers", "merge", aCustomer, aDuplicate, "--by", "staff:7"},
			workflows.StepMerge,
			customer.MergeRequest{Key: "c-1", PrimaryID: aCustomer, DuplicateID: aDuplicate, By: "staff:7"},
		},
		"the end of a merge": {
			[]string{"customers", "unmerge", aMerge}, workflows.StepUndoMerge, customer.UndoRequest{Key: "c-1", MergeID: aMerge, By: "staff"},
		},
		"an erasure": {
			[]string{"customers", "erase", aCustomer, "--cancel-appointments"},
			workflows.StepRequestErase,
			customer.ErasureRequest{Key: "c-1", CustomerID: aCustomer, By: "staff", Assurance: customer.AssuredStaff, CancelFuture: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)

			require.Zero(t, term.exec(append(c.args, "--command-id", "c-1")...), term.err.String())

			require.Equal(t, []string{c.step}, term.clerk.steps)
			asked := term.clerk.asked[0]
			require.Equal(t, c.want, asked.Request)
			require.Equal(t, "c-1", asked.Key)
			require.Equal(t, c.args[2], asked.Subject)
			require.Equal(t, demoTenant, asked.Cause.TenantID)
		})
	}

	t.Run("a command's id of its own", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)

		require.Zero(t, term.exec("customers", "erase", aCustomer), term.err.String())
		require.True(t, events.IsUUID(term.clerk.asked[0].Key))
	})
}

func TestCustomersPrint(t *testing.T) {
	t.Parallel()
	until := time.Date(2027, time.April, 29, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		args   []string
		step   string
		answer any
		says   string
	}{
		"a merge": {
			[]string{"customers", "merge", aCustomer, aDuplicate},
			workflows.StepMerge,
			customer.Merged{MergeID: aMerge, PrimaryID: aCustomer, DuplicateID: aDuplicate, UndoUntil: until},
			"customer    " + aCustomer + "\nduplicate   " + aDuplicate + "\nmerge       " + aMerge + "\nundo until  Thu 2027-04-29 10:00 CEST\n",
		},
		"the end of a merge": {
			[]string{"customers", "unmerge", aMerge},
			workflows.StepUndoMerge,
			customer.Undone{Unmerged: customer.Unmerged{PrimaryID: aCustomer, RestoredID: aDuplicate}, Kept: []string{"name", "tags"}},
			"customer  " + aCustomer + "\nrestored  " + aDuplicate + "\nkept      name, tags\n",
		},
		"an erasure": {
			[]string{"customers", "erase", aCustomer},
			workflows.StepRequestErase,
			customer.Erasure{CustomerID: aCustomer, State: "requested", DueAt: until},
			"customer  " + aCustomer + "\nstate     requested\ndue       Thu 2027-04-29 10:00 CEST\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := newTerminal(t)
			term.clerk.answers[c.step] = c.answer

			require.Zero(t, term.exec(c.args...), term.err.String())
			require.Equal(t, c.says, term.out.String())
		})
	}

	t.Run("a rule's no", func(t *testing.T) {
		t.Parallel()
		term := newTerminal(t)
		term.clerk.failed = events.Refuse("merge_same", "CUS-42", "one customer already: name two")

		require.Equal(t, exitConflict, term.exec("customers", "merge", aCustomer, aCustomer))
		require.Equal(t, "error: merge_same (CUS-42): one customer already: name two\n", term.err.String())
	})
}
