import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Registry, startRegistry } from "../../../local/windows/registry.ts";
import type { Run } from "../../../local/windows/run-order.ts";
import { startTlsFront, type TlsFront } from "../../../local/windows/tls-front.ts";
import type { Workbench } from "../../../local/windows/workbench.ts";
import { describeWithPowerShell, failureOf } from "../runs.ts";
import { command, inWorkDirectory, readJson } from "./changes.ts";
import { containerdVersions, layerWith } from "./containerd-changes.ts";
import { runFault } from "./faults.ts";

const ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const app = `${ecr}/team/app:1`;
const open = "mcr.microsoft.com/app:1";
const login = { username: "AWS", password: "a-token-of-twelve-hours" };
const traces = [login.password, Buffer.from(`AWS:${login.password}`).toString("base64")];
const script = "50-container-images";

describeWithPowerShell("private images", (bench) => {
  let ecrRegistry: Registry;
  let front: TlsFront;

  beforeAll(async () => {
    ecrRegistry = await startRegistry({ login });
    front = await startTlsFront({ [ecr]: ecrRegistry.url });
  });
  afterAll(() => Promise.all([ecrRegistry, front].map((server) => server.close())));

  /** Pulls the images on a machine that reaches ECR, where the instance's role may log in. */
  function pull(version: string, images: string[], change: (bench: Workbench) => unknown) {
    return runFault(bench(), layerWith(version), {
      what: "",
      script,
      settings: { CONTAINER_IMAGES: JSON.stringify(images) },
      change: async (run, bench) => {
        await reachEcr(run, front);
        await change(bench);
      },
    });
  }

  const mayLogIn = ({ surroundings }: Workbench) =>
    surroundings.failWith({ url: "ecr://us-east-1", content: login.password });

  describe.each(containerdVersions)("with containerd %s", (version) => {
    test("are pulled with a login that only ECR sees and of which nothing stays", async () => {
      ecrRegistry.publish(app);
      ecrRegistry.requests.length = 0;

      const { step, run } = await pull(version, [app, open], (bench) => {
        mayLogIn(bench);
        bench.registry.publish(open);
        bench.registry.requests.length = 0;
      });

      expect(step.exitCode, step.stdout + step.stderr).toBe(0);
      expect(readJson(run.machine, inWorkDirectory("output\\images.json"))).toContainEqual({
        name: app,
        digest: ecrRegistry.digestOf(app),
        pinned: true,
        unpacked: true,
      });
      expect(new Set(ecrRegistry.requests.map(({ user }) => user))).toEqual(new Set(["AWS"]));
      expect(new Set(bench().registry.requests.map(({ user }) => user))).toEqual(new Set([""]));
      expect(tracesIn(step.stdout + step.stderr)).toEqual([]);
      expect(filesWithTraces(run.machine.prefix)).toEqual([]);
    });
  });

  test.each([
    { version: "1.7.36", status: 403, name: "forbidden", class: "provision", why: "403 Forbidden", attempts: 1 },
    { version: "1.7.36", status: 404, name: "missing", class: "provision", why: "not found", attempts: 1 },
    { version: "1.7.36", status: 429, name: "throttled", class: "download", why: "429 Too Many Requests", attempts: 4 },
    { version: "2.3.7", status: 403, name: "forbidden", class: "provision", why: "403 Forbidden", attempts: 1 },
    { version: "2.3.7", status: 503, name: "down", class: "download", why: "503 Service Unavailable", attempts: 4 },
  ])("that ECR answers with $status fail the build, without a login left (containerd $version)", async (fault) => {
    const { version, status, name, why, attempts } = fault;
    const image = `${ecr}/${name}:1`;
    ecrRegistry.publish(image);
    ecrRegistry.failWith({ path: name, status });

    const { step, run } = await pull(version, [image], mayLogIn);

    expect(step.exitCode, step.stdout + step.stderr).toBe(1);
    const begins = `pulling ${image}: ctr.exe exited with 1: `;
    expect(failureOf(step)).toEqual({ class: fault.class, step: script, cause: expect.stringContaining(why) });
    expect(failureOf(step)?.cause.slice(0, begins.length)).toBe(begins);
    expect(step.stdout.match(/failed, attempt/g)?.length ?? 0).toBe(attempts - 1);
    expect(tracesIn(step.stdout + step.stderr)).toEqual([]);
    expect(filesWithTraces(run.machine.prefix)).toEqual([]);
  });

  test("fail the build at once if the instance's role may not log in", async () => {
    const { step } = await pull("1.7.36", [app], ({ surroundings }) => {
      surroundings.requests.length = 0;
    });

    expect(failureOf(step)).toEqual({
      class: "provision",
      step: script,
      cause: expect.stringMatching(`^logging in to ${ecr}: aws.exe exited with 254: .*AccessDeniedException`),
    });
    expect(bench().surroundings.requests.filter(({ url }) => url.startsWith("ecr://"))).toHaveLength(1);
  });
});

/** Lets the machine reach ECR through a proxy, whose certificate it trusts, as one in a company's network. */
async function reachEcr({ machine }: Run, { proxy, certificate }: TlsFront): Promise<void> {
  machine.write("C:\\proxy.der", certificate);
  await command(
    machine,
    `[Environment]::SetEnvironmentVariable('HTTPS_PROXY', '${proxy}', 'Machine')
    $root = [Security.Cryptography.X509Certificates.X509Store]::new('Root', 'LocalMachine')
    $root.Open('ReadWrite')
    $root.Add([Security.Cryptography.X509Certificates.X509Certificate2]::new([IO.File]::ReadAllBytes('C:\\proxy.der')))
    $root.Close()`,
  );
  await machine.switchOff();
  await machine.resume();
}

const tracesIn = (content: Buffer | string) => traces.filter((trace) => content.includes(trace));

/** The machine's own files that hold the login. Links lead out of the machine, or to files that never change. */
function filesWithTraces(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesWithTraces(path);
    return entry.isFile() && statSync(path).nlink === 1 ? tracesIn(readFileSync(path)).map(() => path) : [];
  });
}
