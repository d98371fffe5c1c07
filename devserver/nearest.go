package main

// nearest returns the candidate that differs from word by at most two letters,
// or nothing if there is none or more than one.
func nearest(word string, candidates []string) string {
	best, found := 3, ""
	for _, c := range candidates {
		switch d := distance(word, c); {
		case d < best:
			best, found = d, c
		case d == best:
			found = ""
		}
	}
	return found
}

// distance counts the letters to insert, delete or replace to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
