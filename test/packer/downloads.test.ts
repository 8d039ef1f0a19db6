import { expect, test } from "vitest";
import { nodesOf, recipeScripts } from "./powershell.ts";

const finalAnswer = pattern("$finalAnswer");
const passingTrouble = pattern("$passingTrouble");

/** The message in which the module wraps the output of a failed program. */
const curl = (said: string) =>
  `curl.exe exited with 22: curl: ${said} (arguments: --fail --output C:\\kubelet.exe https://dl.k8s.io/v1.35.8/kubelet.exe)`;
const ctr = (said: string) =>
  `ctr.exe exited with 1: ctr: ${said} (arguments: --namespace k8s.io images pull --hosts-dir C:\\certs.d example.com/denied/app:4.503)`;
const aws = (said: string) =>
  `aws.exe exited with 254: ${said} (arguments: s3api get-object --bucket artifacts --key harvest/ami-0123456789abcdef0/files/404503ab C:\\file.partial)`;

test.each(
  [
    curl("(22) The requested URL returned error: 404"),
    curl("(22) The requested URL returned error: 403"),
    curl("(22) The requested URL returned error: 401"),
    ctr('failed to resolve reference "example.com/app:1": example.com/app:1: not found'),
    ctr(
      'failed to resolve reference "example.com/app:1": unexpected status from HEAD request to https://example.com/v2/app/manifests/1: 403 Forbidden',
    ),
    ctr(
      "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://example.com/token: 401 Unauthorized",
    ),
    ctr(
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    ),
    ctr("failed to fetch: manifest unknown: manifest tagged by 1 is not found"),
    ctr("image might be filtered out: no match for platform in manifest: not found"),
    aws("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"),
    aws("An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist."),
    aws("An error occurred (404) when calling the HeadObject operation: Not Found"),
  ].map(ending),
)("a final answer is not retried and is a fault of the recipe: %s", (_, message) => {
  expect(isFinal(message)).toBe(true);
  expect(isDownload(message)).toBe(false);
});

test.each(
  [
    curl("(6) Could not resolve host: dl.k8s.io"),
    curl("(28) Operation timed out after 300000 milliseconds with 12 out of 99 bytes received"),
    curl("(56) Recv failure: Connection was reset"),
    curl("(22) The requested URL returned error: 429"),
    curl("(22) The requested URL returned error: 503"),
    ctr(
      'failed to do request: Head "https://example.com/v2/app/manifests/1": dial tcp: lookup example.com: no such host',
    ),
    ctr("failed to do request: Get https://example.com: net/http: TLS handshake timeout"),
    ctr(
      "failed to copy: read tcp 10.0.0.4:49813->203.0.113.7:443: wsarecv: An existing connection was forcibly closed by the remote host.",
    ),
    ctr("unexpected status from HEAD request to https://example.com/v2/app/manifests/1: 429 Too Many Requests"),
    ctr("unexpected status from GET request to https://example.com/v2/app/blobs/sha256:ab: 502 Bad Gateway"),
    ctr("failed to copy: httpReadSeeker: failed open: unexpected EOF"),
    aws("An error occurred (SlowDown) when calling the PutObject operation: Please reduce your request rate."),
    aws("An error occurred (503) when calling the GetObject operation (reached max retries: 2): Service Unavailable"),
    aws('Could not connect to the endpoint URL: "https://artifacts.s3.us-east-1.amazonaws.com/harvest"'),
    aws('Read timeout on endpoint URL: "https://artifacts.s3.us-east-1.amazonaws.com/harvest"'),
    aws("Unable to locate credentials. You can configure credentials by running aws login"),
  ].map(ending),
)("a transient failure is retried and may pass: %s", (_, message) => {
  expect(isFinal(message)).toBe(false);
  expect(isDownload(message)).toBe(true);
});

test.each(
  [
    curl("(60) SSL certificate problem: self-signed certificate in certificate chain"),
    curl("(23) Failure writing output to destination"),
    ctr(
      "failed to extract layer sha256:ab: hcsshim::ImportLayer failed in Win32: There is not enough space on the disk.",
    ),
  ].map(ending),
)("a local failure is retried and then is a fault of the recipe: %s", (_, message) => {
  expect(isFinal(message)).toBe(false);
  expect(isDownload(message)).toBe(false);
});

/** For the title of a test: what distinguishes the messages is before their arguments. */
function ending(message: string): [string, string] {
  return [message.replace(/ \(arguments: .+/, "").slice(-45), message];
}

/** The question of Invoke-WithRetry. */
function isFinal(message: string): boolean {
  return finalAnswer.test(message);
}

/** The question of Invoke-Download. */
function isDownload(message: string): boolean {
  return passingTrouble.test(message) && !finalAnswer.test(message);
}

/**
 * Returns a pattern of the module; its regular expressions mean the same in JavaScript. PowerShell's -match ignores
 * case.
 */
function pattern(variable: string): RegExp {
  const module = recipeScripts().find(({ path }) => path.endsWith("/Downloads.ps1"));
  const assignment =
    module && nodesOf(module.root, "assignment_expression").find(({ text }) => text.startsWith(variable));
  const [literal] = assignment ? nodesOf(assignment, "verbatim_string_characters") : [];
  if (!literal) throw new Error(`reading Downloads.ps1: no pattern ${variable}`);
  return new RegExp(literal.text.slice(1, -1).replaceAll("''", "'"), "i");
}
