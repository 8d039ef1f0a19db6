package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// Exit codes of the AWS CLI (its user guide, "return codes").
const (
	awsUsage    = 252
	awsSettings = 253
	awsService  = 254
	awsGeneral  = 255
)

type awsError struct {
	code    int
	message string
}

// aws has the operations that the recipe's scripts use: s3api get-object and put-object, ecr get-login-password.
func aws(call Call) int {
	if has(call.arguments, "--version") {
		say("aws-cli/%s Python/3.13.7 Windows/2022Server exe/AMD64", call.self.Version)
		return 0
	}
	operations := map[string]func(map[string]string, []string) *awsError{
		"s3api get-object":       getObject,
		"s3api put-object":       putObject,
		"ecr get-login-password": getLoginPassword,
	}
	if len(call.arguments) < 2 {
		return awsFail(usage("the following arguments are required: command"))
	}
	run, known := operations[strings.Join(call.arguments[:2], " ")]
	if !known {
		return awsFail(usage("argument operation: Invalid choice: " + call.arguments[1]))
	}
	options, plain, trouble := awsOptions(call.arguments[2:])
	if trouble == nil {
		trouble = run(options, plain)
	}
	if trouble != nil {
		return awsFail(trouble)
	}
	return 0
}

func awsFail(trouble *awsError) int {
	fail("\r\n%s", trouble.message)
	return trouble.code
}

func usage(message string) *awsError {
	return &awsError{awsUsage, "usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\r\n" +
		"aws.exe: error: " + message}
}

func awsOptions(arguments []string) (options map[string]string, plain []string, trouble *awsError) {
	known := []string{"--region", "--bucket", "--key", "--body", "--expected-bucket-owner"}
	options = map[string]string{}
	for index := 0; index < len(arguments); index++ {
		argument := arguments[index]
		switch {
		case !strings.HasPrefix(argument, "--"):
			plain = append(plain, argument)
		case !slices.Contains(known, argument):
			return nil, nil, usage("Unknown options: " + argument)
		case index+1 == len(arguments):
			return nil, nil, usage("argument " + argument + ": expected one argument")
		default:
			index++
			options[argument] = arguments[index]
		}
	}
	return options, plain, nil
}

func required(options map[string]string, names ...string) *awsError {
	for _, name := range names {
		if options[name] == "" {
			return usage("the following arguments are required: " + name)
		}
	}
	if options["--region"] == "" && os.Getenv("AWS_REGION") == "" && os.Getenv("AWS_DEFAULT_REGION") == "" {
		return &awsError{awsSettings, `You must specify a region. You can also configure your region by running "aws configure".`}
	}
	return nil
}

func getObject(options map[string]string, plain []string) *awsError {
	if trouble := required(options, "--bucket", "--key"); trouble != nil {
		return trouble
	}
	if len(plain) != 1 {
		return usage("the following arguments are required: outfile")
	}
	response, trouble := askObject("GET", "GetObject", options, nil)
	if trouble != nil {
		return trouble
	}
	defer response.Body.Close()
	file, err := os.Create(plain[0])
	if err != nil {
		return &awsError{awsGeneral, fmt.Sprintf("[Errno 2] No such file or directory: '%s'", plain[0])}
	}
	defer file.Close()
	written, err := io.Copy(file, response.Body)
	if err != nil {
		return &awsError{awsGeneral, fmt.Sprintf("Connection broken: IncompleteRead(%d bytes read, %d more expected)",
			written, response.ContentLength-written)}
	}
	printJSON(map[string]any{"ContentLength": written, "ETag": response.Header.Get("ETag")})
	return nil
}

func putObject(options map[string]string, plain []string) *awsError {
	if trouble := required(options, "--bucket", "--key"); trouble != nil {
		return trouble
	}
	if len(plain) > 0 {
		return usage("Unknown options: " + strings.Join(plain, ", "))
	}
	var body io.Reader
	if path := options["--body"]; path != "" {
		file, err := os.Open(path)
		if err != nil {
			return &awsError{awsUsage, "Error parsing parameter '--body': Blob values must be a path to a file."}
		}
		defer file.Close()
		body = file
	}
	response, trouble := askObject("PUT", "PutObject", options, body)
	if trouble != nil {
		return trouble
	}
	defer response.Body.Close()
	printJSON(map[string]any{"ETag": response.Header.Get("ETag")})
	return nil
}

func askObject(method, operation string, options map[string]string, body io.Reader) (*http.Response, *awsError) {
	key := (&url.URL{Path: options["--key"]}).EscapedPath()
	endpoint := fmt.Sprintf("https://%s.s3.%s.amazonaws.com/%s", options["--bucket"], options["--region"], key)
	return ask(method, operation, endpoint, "/s3/"+url.PathEscape(options["--bucket"])+"/"+key, body)
}

// getLoginPassword prints the password by which docker, containerd and their like log in to ECR.
func getLoginPassword(options map[string]string, plain []string) *awsError {
	if trouble := required(options); trouble != nil {
		return trouble
	}
	password, trouble := loginPassword(options["--region"])
	if trouble == nil {
		say("%s", password)
	}
	return trouble
}

func loginPassword(region string) (string, *awsError) {
	endpoint := fmt.Sprintf("https://api.ecr.%s.amazonaws.com/", region)
	response, trouble := ask("GET", "GetAuthorizationToken", endpoint, "/ecr/token?region="+url.QueryEscape(region), nil)
	if trouble != nil {
		return "", trouble
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	check(err)
	return string(content), nil
}
