package availability

import (
	"sync"
)

// A dayKey names a staff-day, or with no staff the day of a branch.
type dayKey struct {
	tenant, branch, staff string
	day                   day
}

// versions are the counters of what a staff-day is made of: branch, person and day.
type versions [3]int64

// A staffDay is what is known of a person's local date at a branch.
type staffDay struct {
	versions versions
	at       int64
	shift    shift
	claims   []claim
	busy     []busyTime
	offers   []offered
	branch   branchDay // of a branch's day only
}

// Entries are used for a minute at most, and there are so many of them.
const (
	cacheSeconds = 60
	cacheEntries = 20_000
)

// A cache remembers staff-days. An entry is used only while its versions are those
// in the store, so forgetting is for memory's sake, not for correctness.
type cache struct {
	mu   sync.Mutex
	days map[dayKey]staffDay
}

func (c *cache) get(key dayKey, v versions, now int64) (staffDay, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.days[key]
	age := now - found.at
	return found, ok && found.versions == v && 0 <= age && age < cacheSeconds
}

func (c *cache) put(key dayKey, d staffDay) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.days == nil || len(c.days) >= cacheEntries {
		c.days = map[dayKey]staffDay{}
	}
	c.days[key] = d
}

// drop forgets a person's days at all branches of a tenant; everybody's, with the
// branches', if staff is empty; all of them, if no days are given.
func (c *cache) drop(tenant, staff string, days map[day]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.days {
		if key.tenant == tenant && (staff == "" || key.staff == staff) && (len(days) == 0 || days[key.day]) {
			delete(c.days, key)
		}
	}
}
