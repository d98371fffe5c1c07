package audit

// A VerifyRequest asks whether the entries from a place on are good; 0 is all that are
// kept.
type VerifyRequest struct {
	From int64 `json:"from,omitzero"`
}

// A Verification is what came out of looking at a chain.
type Verification struct {
	// Checked counts the entries that are good.
	Checked int64 `json:"checked"`
	// BadSeq is the first place that is not good, 0 if all are, and Kind what is
	// wrong there.
	BadSeq   int64  `json:"bad_seq,omitzero"`
	Kind     string `json:"kind,omitzero"`
	Expected string `json:"expected,omitzero"`
	Found    string `json:"found,omitzero"`
}

// OK reports whether nothing is wrong.
func (v Verification) OK() bool { return v.BadSeq == 0 }
