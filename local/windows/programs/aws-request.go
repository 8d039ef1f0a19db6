package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
)

// ask sends a request to the model's network, and words its failures as the AWS CLI does.
func ask(method, operation, endpoint, path string, body io.Reader) (*http.Response, *awsError) {
	unreachable := &awsError{awsGeneral, fmt.Sprintf("Could not connect to the endpoint URL: %q", endpoint)}
	network := os.Getenv("MODEL_NETWORK")
	if network == "" {
		return nil, unreachable
	}
	request, err := http.NewRequest(method, network+path, body)
	check(err)
	response, err := http.DefaultClient.Do(request)
	if errors.Is(err, io.EOF) {
		return nil, &awsError{awsGeneral, fmt.Sprintf("Connection was closed before we received a valid response from endpoint URL: %q", endpoint)}
	}
	if err != nil {
		return nil, unreachable
	}
	if response.StatusCode < 300 {
		return response, nil
	}
	defer response.Body.Close()
	code := response.Header.Get("Model-Error")
	message, _ := url.QueryUnescape(response.Header.Get("Model-Message"))
	switch code {
	case "NoCredentials":
		return nil, &awsError{awsSettings, `Unable to locate credentials. You can configure credentials by running "aws configure".`}
	case "EndpointConnection":
		return nil, unreachable
	case "ReadTimeout":
		return nil, &awsError{awsGeneral, fmt.Sprintf("Read timeout on endpoint URL: %q", endpoint)}
	}
	return nil, &awsError{awsService, fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s",
		code, operation, message)}
}
