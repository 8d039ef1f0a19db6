import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { recipeHash } from "../../infra/recipe.ts";
import { untilDone } from "../standstill.ts";

const root = join(import.meta.dirname, "../..");

const harvestRecipe = "a1".repeat(32);

/** The report of the image that the stand-in for Packer makes. */
export const report = {
  osBuild: "20348.4052",
  kubernetes: { kubelet: "1.35.8", kubeProxy: "1.35.8" },
  containerd: "1.7.27",
};

/** Default behaviour of the stand-ins for programs, which record their calls in `$FAKE`. */
const healthy = {
  version: `echo "Packer v1.16.0"`,
  plugins: `echo "/plugins/github.com/hashicorp/amazon/packer-plugin-amazon_v1.8.2_x5.0_linux_amd64"`,
  validate: `echo "The configuration is valid."`,
  manifest: `echo '{"builds":[{"packer_run_uuid":"r","artifact_id":"us-east-1:ami-0a1b2c3d4e5f60718"}],"last_run_uuid":"r"}' >"$manifest_path"`,
  report: `echo '${JSON.stringify(report)}' >"$output_dir/report.json"; echo '{"passed":31,"failed":0}' >"$output_dir/tests.json"`,
  image: `. "$FAKE/manifest"; . "$FAKE/report"`,
  harvest: `echo "==> amazon-ebs.harvest: 214 files are in the bucket"`,
  proof: `echo '{"result":"passed","checks":[{"name":"kubelet","passed":true}]}' >"$output_dir/proof.json"`,
  manifested: `echo '{"files":[{"path":"C:\\\\eks.exe","sha256":"${"2c".repeat(32)}","bytes":123}],"recipe":"${harvestRecipe}"}'`,
  described: "echo v2.0",
  /** The keys below a prefix of the bucket. */
  listed: `echo "records/proofs/ami/made-$TOKEN-$IDENTITY"`,
  aws: "",
};

const packer = `#!/usr/bin/env bash
printf '%s\\0' "$@" >>"$FAKE/packer-$1-$(basename "\${!#}")"
for argument; do
  case "$argument" in manifest_path=*) manifest_path="\${argument#*=}" ;; output_dir=*) output_dir="\${argument#*=}" ;; esac
done
case "$1 \${!#}" in
  "build packer/") . "$FAKE/image" ;;
  "build packer/proof/") . "$FAKE/proof" ;;
  "build packer/harvest/") . "$FAKE/harvest" ;;
  *) . "$FAKE/$1" ;;
esac
`;

const aws = `#!/usr/bin/env bash
printf '%s\\0' "$@" >>"$FAKE/aws-$2"
case "$2" in describe-instances | get-console-output) ;; *) printf '%s\n' "$*" >>"$FAKE/aws-calls" ;; esac
. "$FAKE/aws"
[ "$2" != describe-images ] || . "$FAKE/described"
[ "$2" != list-objects-v2 ] || . "$FAKE/listed"
[ "$2" != get-object ] || . "$FAKE/manifested" >"\${!#}"
`;

export type Ended = { code: number | null; output: string };

export type Workshop = {
  directory: string;
  /** The environment of build.sh, as in CodeBuild. */
  variables: Record<string, string>;
  /** Runs a script of the buildspec in the received source. */
  run(script: string[], variables?: Record<string, string>): Promise<Ended>;
  /** Returns the arguments of all calls of a stand-in, concatenated. */
  called(call: string): string[] | undefined;
  /** Returns all calls of the AWS CLI except those that watch the console, such as `s3api put-object --bucket …`. */
  awsCalls(): string[];
  outcome(): Record<string, string>;
};

/** Creates a received source with the real buildspec, on a machine with stand-ins for Packer and the AWS CLI. */
export function openWorkshop(behaviour: Partial<typeof healthy> = {}): Workshop {
  const directory = mkdtempSync(join(tmpdir(), "buildspec-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const source = join(directory, "source");
  const bin = join(directory, "bin");
  const fake = join(directory, "fake");
  const runDirectory = join(directory, "run");
  for (const made of [join(source, "packer"), bin, fake, join(runDirectory, "outcome")])
    mkdirSync(made, { recursive: true });
  cpSync(join(root, "buildspec"), join(source, "buildspec"), { recursive: true });
  writeFileSync(join(source, "packer/build.pkr.hcl"), "# a template\n");
  for (const [name, text] of Object.entries({ packer, aws })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  for (const [name, text] of Object.entries({ ...healthy, ...behaviour })) writeFileSync(join(fake, name), text);
  const variables = {
    PATH: [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
    FAKE: fake,
    RUN_DIR: runDirectory,
    PURPOSE: "build",
    TOKEN: "ab".repeat(32),
    IDENTITY: "cd".repeat(32),
    RECIPE: recipeHash(source),
    BUCKET: "eks-windows-images-artifacts",
    PACKER_VARIABLES: JSON.stringify({ variant: "windows-2022-core-1.35", harvest_recipe: harvestRecipe }),
    PACKER_DEPLOYMENT: '{ "region": "us-east-1" }',
    ADDRESS_URL: "",
    SECOND_PROOF_MINUTES: "1605",
    CONSOLE_POLL_SECONDS: "0.02",
    TIMEOUT_GRACE_SECONDS: "0.1",
  };

  function run(script: string[], more: Record<string, string> = {}): Promise<Ended> {
    const child = spawn("bash", script, {
      cwd: source,
      env: { ...variables, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        output += data;
      });
    const closed = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, output })));
    return untilDone(`bash ${script.join(" ")}`, closed, () => output);
  }

  function called(call: string): string[] | undefined {
    const file = join(fake, call);
    return existsSync(file) ? readFileSync(file, "utf8").split("\0").slice(0, -1) : undefined;
  }

  function awsCalls(): string[] {
    const file = join(fake, "aws-calls");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  }

  function outcome(): Record<string, string> {
    const place = join(runDirectory, "outcome");
    return Object.fromEntries(readdirSync(place).map((word) => [word, readFileSync(join(place, word), "utf8")]));
  }

  return {
    directory,
    variables,
    run,
    called,
    awsCalls,
    outcome,
  };
}

/** Starts a local server with these files by path; every other path gets the status. */
export function serve(files: Record<string, string | Buffer>, otherwise = 404): Promise<string> {
  return listen((request, response) => {
    const content = files[request.url ?? ""];
    response.writeHead(content === undefined ? otherwise : 200).end(content);
  });
}

/** Starts a local server that gives these answers in turn, and the last one from then on. */
export async function serveInTurn(answers: string[]): Promise<{ url: string; answers: () => number }> {
  let count = 0;
  const url = await listen((_, response) => {
    response.end(answers[Math.min(count, answers.length - 1)]);
    count += 1;
  });
  return { url: `${url}/`, answers: () => count };
}

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
