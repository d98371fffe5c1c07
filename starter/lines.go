package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// A line is one line of the input that is not blank.
type line struct {
	number int
	text   []byte
	err    error
}

// A lineReader reads lines while others work, so that an interrupt does not wait
// for the next line of a terminal.
type lineReader struct {
	in    *bufio.Reader
	bytes atomic.Int64
}

func newLineReader(in io.Reader) *lineReader {
	const buffer = 64 << 10
	return &lineReader{in: bufio.NewReaderSize(in, buffer)}
}

// lines returns the lines until the end of the input or of ctx.
func (r *lineReader) lines(ctx context.Context) <-chan line {
	out := make(chan line)
	go func() {
		defer close(out)
		for number := 1; ; number++ {
			text, err := r.next()
			done := err != nil && !errors.Is(err, errLineTooLong)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			if len(text) > 0 || err != nil {
				select {
				case out <- line{number, text, err}:
				case <-ctx.Done():
					return
				}
			}
			if done {
				return
			}
		}
	}()
	return out
}

var errLineTooLong = fmt.Errorf("the line has more than %d bytes, which no event has", maxInput)

// next returns the next line without the space at its end. Of a line that is too
// long it keeps nothing.
func (r *lineReader) next() ([]byte, error) {
	var text []byte
	tooLong := false
	for {
		part, err := r.in.ReadSlice('\n')
		r.bytes.Add(int64(len(part)))
		if tooLong = tooLong || len(text)+len(part) > maxInput; !tooLong {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if tooLong {
			return nil, errLineTooLong
		}
		return bytes.TrimRight(text, " \t\r\n"), err
	}
}
