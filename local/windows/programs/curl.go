package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// curlError ends curl with its code and words (curl's manual, EXIT CODES, and lib/strerror.c).
type curlError struct {
	code    int
	message string
}

type transfer struct {
	url, output, protocols             string
	fails, silent, showsErrors         bool
	connectTimeout, maxTime, speedTime time.Duration
	speedLimit                         int64
	headers                            []string
}

// curl downloads one URL: from a loopback address by itself, from all others through the model's network.
func curl(call Call) int {
	if has(call.arguments, "--version", "-V") {
		say("curl %s (Windows) libcurl/%s Schannel", call.self.Version, call.self.Version)
		return 0
	}
	wanted, trouble := parseTransfer(call.arguments)
	if trouble == nil {
		trouble = wanted.run()
	}
	if trouble == nil {
		return 0
	}
	if trouble.code == 2 {
		fail("curl: %s\r\ncurl: try 'curl --help' or 'curl --manual' for more information", trouble.message)
	} else if !wanted.silent || wanted.showsErrors {
		fail("curl: (%d) %s", trouble.code, trouble.message)
	}
	return trouble.code
}

func parseTransfer(arguments []string) (transfer, *curlError) {
	wanted := transfer{protocols: "http,https", connectTimeout: 300 * time.Second, speedTime: 30 * time.Second}
	next := func(index *int) string {
		*index++
		if *index < len(arguments) {
			return arguments[*index]
		}
		return ""
	}
	for index := 0; index < len(arguments); index++ {
		switch argument := arguments[index]; argument {
		case "--fail", "-f":
			wanted.fails = true
		case "--silent", "-s":
			wanted.silent = true
		case "--show-error", "-S":
			wanted.showsErrors = true
		case "--location", "-L":
		case "--proto":
			wanted.protocols = strings.TrimPrefix(next(&index), "=")
		case "--connect-timeout":
			wanted.connectTimeout = seconds(next(&index))
		case "--max-time", "-m":
			wanted.maxTime = seconds(next(&index))
		case "--speed-time", "-y":
			wanted.speedTime = seconds(next(&index))
		case "--speed-limit", "-Y":
			wanted.speedLimit, _ = strconv.ParseInt(next(&index), 10, 64)
		case "--header", "-H":
			wanted.headers = append(wanted.headers, next(&index))
		case "--output", "-o":
			wanted.output = next(&index)
		default:
			if strings.HasPrefix(argument, "-") {
				return wanted, &curlError{2, fmt.Sprintf("option %s: is unknown", argument)}
			}
			if wanted.url != "" {
				return wanted, &curlError{2, "more than one URL is not modelled"}
			}
			wanted.url = argument
		}
	}
	if wanted.url == "" {
		return wanted, &curlError{2, "no URL specified"}
	}
	return wanted, nil
}

func seconds(text string) time.Duration {
	number, _ := strconv.ParseFloat(text, 64)
	return time.Duration(number * float64(time.Second))
}

func (wanted transfer) run() *curlError {
	target, err := url.Parse(wanted.url)
	if err != nil || target.Host == "" {
		return &curlError{3, "URL rejected: Malformed input to a URL function"}
	}
	if !slices.Contains(strings.Split(wanted.protocols, ","), target.Scheme) {
		return &curlError{1, fmt.Sprintf("Protocol %q not supported or disabled in libcurl", target.Scheme)}
	}
	address := wanted.url
	if !strings.HasPrefix(target.Hostname(), "127.") {
		network := os.Getenv("MODEL_NETWORK")
		if network == "" {
			return &curlError{6, "Could not resolve host: " + target.Hostname()}
		}
		address = network + "/curl?url=" + url.QueryEscape(wanted.url)
	}
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return &curlError{3, "URL rejected: Malformed input to a URL function"}
	}
	for _, header := range wanted.headers {
		name, value, _ := strings.Cut(header, ":")
		request.Header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	client := http.Client{
		Timeout:   wanted.maxTime,
		Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: wanted.connectTimeout}).DialContext},
	}
	response, err := client.Do(request)
	if err != nil {
		return connectionError(err, target, wanted)
	}
	defer response.Body.Close()
	if exit, err := strconv.Atoi(response.Header.Get("Model-Exit-Code")); err == nil {
		message, _ := url.QueryUnescape(response.Header.Get("Model-Message"))
		return &curlError{exit, message}
	}
	if wanted.fails && response.StatusCode >= 400 {
		return &curlError{22, fmt.Sprintf("The requested URL returned error: %d", response.StatusCode)}
	}
	return wanted.save(response)
}

func connectionError(err error, target *url.URL, wanted transfer) *curlError {
	port := target.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[target.Scheme]
	}
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout() && wanted.maxTime > 0:
		return &curlError{28, fmt.Sprintf("Operation timed out after %d milliseconds with 0 bytes received",
			wanted.maxTime.Milliseconds())}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &curlError{28, fmt.Sprintf("Failed to connect to %s port %s after %d ms: Timeout was reached",
			target.Hostname(), port, wanted.connectTimeout.Milliseconds())}
	case isRefused(err):
		return &curlError{7, fmt.Sprintf("Failed to connect to %s port %s after 2031 ms: Couldn't connect to server",
			target.Hostname(), port)}
	case errors.Is(err, io.EOF):
		return &curlError{52, "Empty reply from server"}
	}
	return &curlError{56, "Recv failure: Connection was reset"}
}

func isRefused(err error) bool {
	const connectionRefused = syscall.Errno(10061)
	var operation *net.OpError
	return errors.Is(err, connectionRefused) || errors.As(err, &operation) && operation.Op == "dial"
}
