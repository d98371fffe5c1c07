package availability

import (
	"cmp"
	"slices"
	"sort"
)

// An interval is half-open and counts seconds of UTC, so that back to back is no
// overlap and lengths are elapsed time.
type interval struct{ from, to int64 }

func (i interval) empty() bool              { return i.to <= i.from }
func (i interval) overlaps(o interval) bool { return i.from < o.to && o.from < i.to }
func (i interval) covers(o interval) bool   { return i.from <= o.from && o.to <= i.to }

// A set is sorted, and no two of its intervals touch.
type set []interval

// union makes a set of intervals in any order.
func union(parts ...[]interval) set {
	all := slices.DeleteFunc(slices.Concat(parts...), interval.empty)
	slices.SortFunc(all, func(a, b interval) int { return cmp.Compare(a.from, b.from) })
	var merged set
	for _, i := range all {
		if last := len(merged) - 1; last >= 0 && i.from <= merged[last].to {
			merged[last].to = max(merged[last].to, i.to)
			continue
		}
		merged = append(merged, i)
	}
	return merged
}

// and returns what is in both.
func (s set) and(o set) set {
	var both set
	for a, b := 0, 0; a < len(s) && b < len(o); {
		common := interval{max(s[a].from, o[b].from), min(s[a].to, o[b].to)}
		if !common.empty() {
			both = append(both, common)
		}
		if s[a].to < o[b].to {
			a++
		} else {
			b++
		}
	}
	return both
}

// without returns what is in s only.
func (s set) without(o set) set {
	var rest set
	next := 0
	for _, i := range s {
		for next < len(o) && o[next].to <= i.from {
			next++
		}
		for cut := next; cut < len(o) && o[cut].from < i.to; cut++ {
			if i.from < o[cut].from {
				rest = append(rest, interval{i.from, o[cut].from})
			}
			i.from = max(i.from, o[cut].to)
		}
		if !i.empty() {
			rest = append(rest, i)
		}
	}
	return rest
}

// covers reports whether one interval of s covers i.
func (s set) covers(i interval) bool {
	at := sort.Search(len(s), func(n int) bool { return s[n].to >= i.to })
	return at < len(s) && s[at].from <= i.from
}

func (s set) minutes() int {
	var seconds int64
	for _, i := range s {
		seconds += i.to - i.from
	}
	return int(seconds / 60)
}
