import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { assembly, harvestFor, layer } from "./faults.ts";
import { type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const url = "AWSCLIV2-2.33.27.msi";
const awsCli = "C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe";
const aws = { name: "aws-cli", version: "2.33.27", signer: "Amazon Web Services, Inc." };

/** An installer as the model's msiexec reads it. */
function installer(facts: Record<string, string>): string {
  return `An installer of the model\n${JSON.stringify({ ...aws, ...facts })}`;
}

const byCurl: (FailingCase | PassingCase)[] = [
  {
    what: "tries again what may pass: a stalled transfer, a broken one, too many requests",
    network: [
      { url, exitCode: 28, message: "Operation too slow. Less than 1024 bytes/sec transferred", times: 1 },
      { url, cutAfter: 10, times: 1 },
      { url, status: 429, times: 1 },
    ],
    says: [
      "msi failed, attempt 1 of 4: curl.exe exited with 28: curl: (28) Operation too slow.",
      "msi failed, attempt 2 of 4: curl.exe exited with 18: curl: (18)",
      "msi failed, attempt 3 of 4: curl.exe exited with 22: curl: (22) The requested URL returned error: 429",
      "The AWS CLI is 2.33.27 now.",
    ],
  },
  {
    what: "fails as a download if the publisher's server fails each time",
    network: [{ url, status: 503 }],
    failure: {
      class: "download",
      cause:
        "downloading https://awscli.amazonaws.com/AWSCLIV2-2.33.27.msi: curl.exe exited with 22: curl: (22) The " +
        "requested URL returned error: 503 (arguments: --fail",
    },
  },
  {
    what: "does not try again what is forbidden",
    network: [
      { url, status: 503, times: 1 },
      { url, status: 403 },
    ],
    failure: { class: "provision", cause: "curl.exe exited with 22: curl: (22) The requested URL returned error: 403" },
  },
  ...[
    { what: "is not signed", content: "no installer", cause: "has a signature that is not valid but NotSigned." },
    {
      what: "was changed after it was signed",
      content: installer({ signature: "HashMismatch" }),
      cause: "has a signature that is not valid but HashMismatch.",
    },
    {
      what: "is signed by somebody else",
      content: installer({ signer: "Amazon Web Services" }),
      cause: ", not by Amazon Web Services, Inc..",
    },
  ].map(({ what, content, cause }) => ({
    what: `refuses an installer that ${what}`,
    network: [{ url, content }],
    failure: { class: "checksum", cause },
  })),
  {
    what: "fails if another version is installed than the wanted one",
    network: [{ url, content: installer({ version: "2.33.0" }) }],
    failure: { class: "provision", cause: "The AWS CLI states version 2.33.0 after 2.33.27 was installed." },
  },
  {
    what: "waits for another installation, and takes a wish to restart for success",
    state: (state) => {
      state.refusals = [1618, 3010].map((exitCode) => ({ command: "msiexec.exe", message: "", exitCode, times: 1 }));
    },
    says: [
      "Installing the AWS CLI failed, attempt 1 of 4: msiexec.exe exited with 1618",
      "The AWS CLI is 2.33.27 now.",
    ],
  },
  {
    what: "fails if the installer fails, without another attempt",
    state: (state) => {
      state.refusals = [{ command: "msiexec.exe", message: "", exitCode: 1603, times: 1 }];
    },
    failure: { class: "provision", cause: "msiexec.exe exited with 1603: " },
  },
  {
    what: "keeps a newer AWS CLI of the base",
    files: { [awsCli]: (_content, { programs }) => programs.content({ name: "aws", version: "2.40.0" }) },
    says: ["The AWS CLI 2.40.0 of the base stays."],
  },
];

const byAws: (FailingCase | PassingCase)[] = [
  {
    what: "tries again without credentials, without an answer and if S3 is busy",
    network: [
      { url: "/manifest.json", error: "NoCredentials", message: "", times: 1 },
      { url: "/manifest.json", error: "EndpointConnection", message: "", times: 1 },
      { url: "/manifest.json", error: "SlowDown", message: "Please reduce your request rate.", times: 1 },
    ],
    says: [
      "failed, attempt 1 of 4: aws.exe exited with 253: Unable to locate credentials.",
      "failed, attempt 2 of 4: aws.exe exited with 255: Could not connect to the endpoint URL:",
      "failed, attempt 3 of 4: aws.exe exited with 254: An error occurred (SlowDown) when calling the GetObject",
      "files of AWS's EKS image are in place.",
    ],
  },
  {
    what: "fails as a download if S3 is busy each time",
    network: [{ url: "/manifest.json", error: "SlowDown", message: "Please reduce your request rate." }],
    failure: { class: "download", cause: "An error occurred (SlowDown) when calling" },
  },
  {
    what: "does not try again what does not exist",
    network: [{ url: "/files/", error: "NoSuchKey", message: "The specified key does not exist.", times: 1 }],
    failure: {
      class: "provision",
      cause: "An error occurred (NoSuchKey) when calling the GetObject operation: The specified",
    },
  },
  {
    what: "refuses a manifest that is not the one that was ordered",
    settings: { HARVEST_MANIFEST: "0".repeat(64) },
    failure: { class: "checksum", cause: `, expected ${"0".repeat(64)}.` },
  },
  {
    what: "refuses an order without the manifest's SHA-256",
    settings: { HARVEST_MANIFEST: "none" },
    failure: { class: "provision", cause: "Cannot validate argument on parameter 'Checksum'." },
  },
  {
    what: "refuses a file that is not the harvested one",
    network: [{ url: "/files/", content: "something else" }],
    failure: { class: "checksum", cause: " has the SHA-256 " },
  },
  {
    what: "fails without the AWS CLI",
    files: { [awsCli]: null },
    failure: { class: "provision", cause: `There is no program ${awsCli}.` },
  },
];

describeWithPowerShell("downloads", (bench) => {
  testInTurn(bench, {
    script: "30-aws-cli",
    start: (bench) => runBefore(bench, layer, "30-aws-cli", packerDirectory),
    changes: [awsCli],
    cases: byCurl,
  });
  testInTurn(bench, {
    script: "31-harvested-files",
    start: async (bench) => runBefore(bench, assembly(await harvestFor(bench)), "31-harvested-files", packerDirectory),
    cases: byAws,
  });
});
