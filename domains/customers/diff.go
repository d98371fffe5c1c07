package customers

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// fields are a customer's fields by their names, those that are empty left out.
func fields(c Customer) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(toJSON(c), &all); err != nil {
		panic(err) // it was written a moment ago
	}
	for _, name := range []string{"id", "version", "created_at", "merged_into_id", "erased_at"} {
		delete(all, name)
	}
	return all
}

// nameParts are the fields that change together with the name.
var nameParts = []string{"display_name", "first", "last", "title", "salutation", "status"}

// changedFields names what is another in b than in a, in alphabetical order. All
// parts of the name are one.
func changedFields(a, b Customer) []string {
	changed := map[string]bool{}
	before, after := fields(a), fields(b)
	for name := range allOf(before, after) {
		if bytes.Equal(before[name], after[name]) {
			continue
		}
		if slices.Contains(nameParts, name) {
			name = "name"
		}
		if name != "restricted_by" {
			changed[name] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

// takeBack gives a customer the fields of before that after has changed, and names
// those that have changed once more since then and stay.
func takeBack(now, before, after Customer) (restored Customer, kept []string) {
	current, was, became := fields(now), fields(before), fields(after)
	for name := range allOf(was, became) {
		switch {
		case bytes.Equal(was[name], became[name]):
		case !bytes.Equal(current[name], became[name]):
			kept = append(kept, name)
		case was[name] == nil:
			delete(current, name)
		default:
			current[name] = was[name]
		}
	}
	restored = Customer{ID: now.ID, Version: now.Version, CreatedAt: now.CreatedAt, MergedInto: now.MergedInto, Tags: []string{}}
	if err := json.Unmarshal(toJSON(current), &restored); err != nil {
		panic(err) // all values come from customers
	}
	slices.Sort(kept)
	return restored, kept
}

func allOf(a, b map[string]json.RawMessage) map[string]json.RawMessage {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}
