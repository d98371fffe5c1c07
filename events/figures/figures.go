// Package figures is the published language of reports: what can be asked about a
// business, and what the answers mean.
package figures

import "fmt"

// A Query asks for measures of the dates From to To, both included.
type Query struct {
	// Measures are names; none is all that can be broken down By.
	Measures []string `json:"measures,omitzero"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	// By is a dimension, such as day or branch; empty for one row.
	By string `json:"by,omitzero"`
}

// A Unit says what a measure's rows are.
type Unit string

// The units.
const (
	Count   Unit = "count"   // Sum is how many
	Money   Unit = "money"   // Sum is in the currency's smallest unit
	Share   Unit = "share"   // Sum of so many
	Seconds Unit = "seconds" // Sum of so many durations, of which the mean counts
)

// A Measure is the answer about one measure.
type Measure struct {
	Name string `json:"measure"`
	Unit Unit   `json:"unit"`
	Rows []Row  `json:"rows"`
}

// A Row is one group of it.
type Row struct {
	// Group is the day, the id or the code that it is about.
	Group string `json:"group,omitzero"`
	// Currency is set for amounts.
	Currency string `json:"currency,omitzero"`
	// Sum is the measure itself, or what is above the line.
	Sum int64 `json:"sum"`
	// Of is what is below the line: nothing divided by nothing is no rate.
	Of int64 `json:"of,omitzero"`
}

// Percent returns the share in per cent, rounded half up to a tenth, or an empty text.
func (r Row) Percent() string {
	if r.Of == 0 {
		return ""
	}
	tenths := (2000*r.Sum + r.Of) / (2 * r.Of)
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

// Mean returns the sum divided, rounded half up, or 0 of nothing.
func (r Row) Mean() int64 {
	if r.Of == 0 {
		return 0
	}
	return (2*r.Sum + r.Of) / (2 * r.Of)
}

// A RebuildRequest asks to make the facts of the dates From to To anew, and their
// figures.
type RebuildRequest struct {
	// ID names the rebuild. The same one may run again when it was interrupted, where
	// another is refused while it goes on.
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Rebuilt says what a rebuild has done.
type Rebuilt struct {
	// Days counts days of branches whose figures were computed, Events what was
	// replayed.
	Days   int `json:"days"`
	Events int `json:"events"`
}
