package customers

import "strings"

// How alike two names are: from Strong on they may well be one, from Weak on they
// may be, below they are different.
const (
	Strong = 0.85
	Weak   = 0.65
)

// lastAlone and firstAlone limit what a single word says about a full name.
const (
	lastAlone  = 0.85
	firstAlone = 0.75
)

// SimilarWords returns how alike two words are, from 0 to 1: 1 if they are equal
// but for spelling, and at least Strong if they sound alike.
func SimilarWords(a, b string) float64 {
	fa, fb := []rune(Fold(a)), []rune(Fold(b))
	switch {
	case len(fa) == 0 || len(fb) == 0:
		return 0
	case string(fa) == string(fb):
		return 1
	}
	longer := max(len(fa), len(fb))
	spelt := float64(longer-distance(fa, fb)) / float64(longer)
	code := Phonetic(a)
	if code == Phonetic(b) && (len(code) >= 3 || len(code) == 2 && spelt >= 0.6) {
		return max(Strong, spelt)
	}
	return spelt
}

// Similar returns how alike two full names are: as alike as the part that differs
// most, whichever order the parts are in.
func Similar(a, b Name) float64 {
	switch wa, wb := a.single(), b.single(); {
	case wa != "" && wb != "":
		return SimilarWords(wa, wb)
	case wa != "":
		return similarToOne(wa, b)
	case wb != "":
		return similarToOne(wb, a)
	}
	straight := min(SimilarWords(a.First, b.First), SimilarWords(a.Last, b.Last))
	crosswise := min(SimilarWords(a.First, b.Last), SimilarWords(a.Last, b.First))
	return max(straight, crosswise)
}

func similarToOne(word string, full Name) float64 {
	return max(min(SimilarWords(word, full.Last), lastAlone), min(SimilarWords(word, full.First), firstAlone))
}

// single returns the only word of a name, or nothing if it has two parts.
func (n Name) single() string {
	if n.First != "" && n.Last != "" {
		return ""
	}
	return n.First + n.Last
}

// fold is the search column: the parts, each folded.
func (n Name) fold() string { return strings.TrimSpace(Fold(n.First) + " " + Fold(n.Last)) }

// codes are the phonetic codes of the words of a name, each once.
func (n Name) codes() []string {
	var codes []string
	seen := map[string]bool{"": true}
	for _, word := range strings.Fields(n.First + " " + n.Last) {
		if code := Phonetic(word); !seen[code] {
			seen[code] = true
			codes = append(codes, code)
		}
	}
	return codes
}

// distance is Levenshtein's: how many letters to insert, delete or replace.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range b {
			cost := 1
			if ra == rb {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
