package customers

import (
	"math"

	"github.com/herald-bus/herald/events/customer"
)

// How sure each way of finding a customer is, in percent.
const (
	sureAlone    = 100
	sureByName   = 95
	sureStated   = 90
	sureByMail   = 85
	sureBirthday = 75
	// sureNameOnly is for a name that is the same; one that is like it is less.
	sureNameOnly = 60
)

// From linkFrom on a likeness is the customer, from suspectFrom on staff are asked.
const (
	linkFrom    = 70
	suspectFrom = 40
)

// lead is how far the best name must be ahead of the next.
const lead = 0.10

// rounding is what two similarities may differ by and still be equal.
const rounding = 1e-9

// candidate is a customer who may be the caller.
type candidate struct {
	ID       string
	Name     Name
	Birthday string
	// Verified says that the value by which he was found is proven to be his.
	Verified bool
}

// sole returns the index of the only one to whom a value is proven to belong or,
// if it is proven for nobody, of the only one who claims it; otherwise -1.
func sole(found []candidate) int {
	proven, at := 0, -1
	for i, c := range found {
		if c.Verified {
			proven, at = proven+1, i
		}
	}
	switch {
	case proven == 1:
		return at
	case proven == 0 && len(found) == 1:
		return 0
	}
	return -1
}

// best returns the index of the one whose name is most like the given one, how like
// it is, and how like the next is.
func best(found []candidate, name Name) (at int, first, second float64) {
	at = -1
	for i, c := range found {
		switch s := Similar(name, c.Name); {
		case at < 0 || s > first:
			at, first, second = i, s, first
		case s > second:
			second = s
		}
	}
	return at, first, second
}

// byNumber finds the caller among those who have the number that the network shows.
// Nobody, with -1, means that they can't be told apart.
func byNumber(found []candidate, said Name, birthday string) (at int, method customer.Method, confidence int) {
	if at := sole(found); at >= 0 {
		return at, customer.ByPhone, sureAlone
	}
	at, first, second := best(found, said)
	if first >= Weak && first-second >= lead-rounding {
		return at, customer.ByPhoneName, sureByName
	}
	born := -1
	for i, c := range found {
		if birthday != "" && c.Birthday == birthday && Similar(said, c.Name) >= Weak {
			if born >= 0 {
				return -1, "", 0
			}
			born = i
		}
	}
	return born, customer.ByPhoneName, sureByName
}

// byClaim finds the caller by a value that anybody could say: only together with
// the name.
func byClaim(found []candidate, said Name) int {
	if at := sole(found); at >= 0 && Similar(said, found[at].Name) >= Weak {
		return at
	}
	return -1
}

// byBirthday finds the only one of a birthday with almost the same name.
func byBirthday(found []candidate, said Name) int {
	at := -1
	for i, c := range found {
		if Similar(said, c.Name) >= Strong {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

// suspicion is who may be the same person as a new customer.
type suspicion struct {
	Candidates []string
	Reasons    []string
	Score      int
}

// byName suspects the one whose name is most like the given one.
func byName(found []candidate, said Name) suspicion {
	at, first, _ := best(found, said)
	score := int(math.Round(sureNameOnly * first))
	if first < Weak || sureNameOnly*first < suspectFrom || score >= linkFrom {
		return suspicion{}
	}
	return suspicion{Candidates: []string{found[at].ID}, Reasons: []string{"name"}, Score: score}
}

// bySharing suspects those who have the same number or address, however unlike
// their names are.
func bySharing(found []candidate, said Name, reasons ...string) suspicion {
	if len(found) == 0 {
		return suspicion{}
	}
	_, first, _ := best(found, said)
	s := suspicion{Reasons: reasons, Score: suspectFrom + int(math.Round(first*(linkFrom-1-suspectFrom)))}
	for _, c := range found {
		s.Candidates = union(s.Candidates, []string{c.ID})
	}
	return s
}
