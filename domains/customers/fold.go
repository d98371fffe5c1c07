package customers

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters are written in more than one way by the same person.
var letters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

// Fold returns the letters of a name in the form in which equal names are equal:
// Müller, MUELLER and mueller are one.
func Fold(name string) string {
	spelt := letters.Replace(strings.ToLower(norm.NFC.String(name)))
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, norm.NFD.String(spelt))
}

// maxPhonetic is how much of a word is coded.
const maxPhonetic = 100

// plain are the letters that lose more than a mark on the way to A to Z.
var plain = strings.NewReplacer("ß", "SS", "ẞ", "SS", "Ł", "L", "Đ", "D", "Ø", "O", "ı", "I", "ł", "L", "đ", "D", "ø", "O")

// Phonetic returns the Cologne code of one word, digits by which names that sound
// alike in German are alike. A word without any letter from A to Z has none.
func Phonetic(word string) string {
	word = norm.NFD.String(strings.ToUpper(plain.Replace(word)))
	var w []byte
	for _, r := range word {
		if r >= 'A' && r <= 'Z' && len(w) < maxPhonetic {
			w = append(w, byte(r))
		}
	}
	var code []byte
	for i := range w {
		for _, digit := range []byte(sound(w, i)) {
			if len(code) == 0 || code[len(code)-1] != digit {
				code = append(code, digit)
			}
		}
	}
	if len(code) == 0 {
		return ""
	}
	return string(code[:1]) + strings.ReplaceAll(string(code[1:]), "0", "")
}

// sound returns the digits of the letter at i, which depend on its neighbours.
func sound(w []byte, i int) string {
	var before, after byte
	if i > 0 {
		before = w[i-1]
	}
	if i+1 < len(w) {
		after = w[i+1]
	}
	in := func(c byte, set string) bool { return c != 0 && strings.IndexByte(set, c) >= 0 }
	either := func(yes bool, one, other string) string {
		if yes {
			return one
		}
		return other
	}
	switch w[i] {
	case 'H':
		return ""
	case 'B':
		return "1"
	case 'P':
		return either(after == 'H', "3", "1")
	case 'D', 'T':
		return either(in(after, "CSZ"), "8", "2")
	case 'F', 'V', 'W':
		return "3"
	case 'G', 'K', 'Q':
		return "4"
	case 'C':
		if i == 0 {
			return either(in(after, "AHKLOQRUX"), "4", "8")
		}
		return either(!in(before, "SZ") && in(after, "AHKOQUX"), "4", "8")
	case 'X':
		return either(in(before, "CKQ"), "8", "48")
	case 'L':
		return "5"
	case 'M', 'N':
		return "6"
	case 'R':
		return "7"
	case 'S', 'Z':
		return "8"
	default: // A E I J O U Y
		return "0"
	}
}
