package customer

import "time"

// A MergeRequest makes two customers one.
type MergeRequest struct {
	Key         string `json:"key"`
	PrimaryID   string `json:"primary_id"`
	DuplicateID string `json:"duplicate_id"`
	// PrimaryVersion and DuplicateVersion are those of the preview; 0 takes them as
	// they are.
	PrimaryVersion   int    `json:"primary_version,omitzero"`
	DuplicateVersion int    `json:"duplicate_version,omitzero"`
	By               string `json:"by"`
}

// An UndoRequest takes a merge back.
type UndoRequest struct {
	Key     string `json:"key"`
	MergeID string `json:"merge_id"`
	By      string `json:"by"`
}

// Undone is what an undo has done.
type Undone struct {
	Unmerged
	// Kept are the fields of the primary that have changed since the merge, and
	// that therefore stay as they are.
	Kept []string `json:"kept"`
}

// An ErasureRequest is a customer's wish to be forgotten.
type ErasureRequest struct {
	Key        string    `json:"key"`
	CustomerID string    `json:"customer_id"`
	By         string    `json:"by"`
	Assurance  Assurance `json:"assurance"`
	// CancelFuture has future appointments cancelled, without fee or message.
	CancelFuture bool `json:"cancel_future,omitzero"`
}

// An Erasure is the proof that somebody was forgotten. It names nobody.
type Erasure struct {
	CustomerID  string    `json:"customer_id"`
	RequestedAt time.Time `json:"requested_at"`
	DueAt       time.Time `json:"due_at"`
	// State is requested, done, or held: done, but for what the law keeps.
	State        string    `json:"state"`
	CancelFuture bool      `json:"cancel_future,omitzero"`
	Holds        []string  `json:"holds"`
	DoneAt       time.Time `json:"done_at,omitzero"`
	By           string    `json:"by"`
}
