package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// A progressBar rewrites one line on a terminal at standard error. It stays away
// where the results themselves scroll by, and from files.
type progressBar struct {
	*app
	total int64 // bytes of the input, 0 if unknown
	drawn time.Time
}

func newProgressBar(a *app) *progressBar {
	if a.width(a.stderr) == 0 || a.width(a.stdout) > 0 && a.flags.output != outputNone {
		return nil
	}
	bar := &progressBar{app: a}
	if file, ok := a.stdin.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			bar.total = info.Size()
		}
	}
	return bar
}

const (
	barWidth    = 24
	barInterval = 100 * time.Millisecond
	clearLine   = "\r\x1b[K"
)

// update draws the bar, ten times a second at most.
func (b *progressBar) update(summary string, read int64) {
	if b == nil || b.now().Sub(b.drawn) < barInterval {
		return
	}
	b.drawn = b.now()
	if b.total == 0 {
		_, _ = fmt.Fprintf(b.stderr, "%s%s", clearLine, summary)
		return
	}
	share := min(float64(read)/float64(b.total), 1)
	full := int(share * barWidth)
	_, _ = fmt.Fprintf(b.stderr, "%s%s%s %3.0f%%  %s", clearLine,
		strings.Repeat("█", full), strings.Repeat("░", barWidth-full), share*100, summary)
}

// clear takes the bar away.
func (b *progressBar) clear() {
	if b != nil {
		_, _ = fmt.Fprint(b.stderr, clearLine)
	}
}
