package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

func (wanted transfer) save(response *http.Response) *curlError {
	output := io.Writer(os.Stdout)
	if wanted.output != "" {
		file, err := os.Create(wanted.output)
		if err != nil {
			return &curlError{23, "client returned ERROR on write, " + strconv.FormatInt(response.ContentLength, 10) +
				" was not 0"}
		}
		defer file.Close()
		output = file
	}
	written, err := wanted.copy(output, response.Body)
	if errors.Is(err, errTooSlow) {
		return &curlError{28, fmt.Sprintf("Operation too slow. Less than %d bytes/sec transferred the last %d seconds",
			wanted.speedLimit, int(wanted.speedTime.Seconds()))}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) && response.ContentLength > 0 {
		return &curlError{18, fmt.Sprintf("end of response with %d bytes missing", response.ContentLength-written)}
	}
	if err != nil {
		return &curlError{56, "Recv failure: Connection was reset"}
	}
	return nil
}

var errTooSlow = errors.New("too slow")

// copy gives up if less than the speed limit arrives for as long as the speed time.
func (wanted transfer) copy(to io.Writer, from io.ReadCloser) (written int64, err error) {
	arrived := make(chan int64)
	done := make(chan error, 1)
	go func() {
		buffer := make([]byte, 1<<16)
		for {
			count, err := from.Read(buffer)
			if _, failed := to.Write(buffer[:count]); failed != nil {
				err = failed
			}
			arrived <- int64(count)
			if err != nil {
				done <- err
				return
			}
		}
	}()
	window := int64(0)
	tick := time.NewTicker(wanted.speedTime)
	for {
		select {
		case count := <-arrived:
			written, window = written+count, window+count
		case err := <-done:
			if err == io.EOF {
				return written, nil
			}
			return written, err
		case <-tick.C:
			if wanted.speedLimit > 0 && window < wanted.speedLimit*int64(wanted.speedTime.Seconds()) {
				return written, errTooSlow
			}
			window = 0
		}
	}
}
