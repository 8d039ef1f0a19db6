import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import openInBrowser from "open";
import { expect, test, vi } from "vitest";
import { main } from "../../cli/main.ts";
import type { Deployment } from "../../cli/service/deployment.ts";
import { cli } from "./cli.ts";

vi.mock("open", () => ({ default: vi.fn(async () => new EventEmitter()) }));

const asked: string[] = [];
const deployment: Deployment = {
  name: "production in us-east-1",
  stage: "production",
  region: "us-east-1",
  aws: { region: "us-east-1", credentials: () => Promise.reject(new Error("nobody asks AWS")) },
  call: () => Promise.reject(new Error("nobody calls")),
  read: async (path, accept) => {
    asked.push(path);
    return { status: 200, headers: {}, body: `${path} as ${accept}` };
  },
};

/** The command while it runs. */
async function started(args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const interruption = new AbortController();
  const printed = new Promise<string>((resolve) => stdout.once("data", (data) => resolve(String(data))));
  const ended = main(["open", ...args], {
    stdin: {},
    stdout,
    stderr,
    environment: {},
    prompts: {} as never,
    connect: async () => deployment,
    readConfig: async () => ({}),
    signal: interruption.signal,
  });
  const said = await printed;
  const [address = ""] = /http:\S+/.exec(said) ?? [];
  return { said, address, stderr, interruption, ended };
}

test("open prints the address of the page, shows it until it is interrupted, and then no longer", async () => {
  const { said, address, stderr, interruption, ended } = await started(["--no-browser"]);

  const page = await fetch(`${address}?variant=core`, { headers: { accept: "text/html" } });

  expect(said).toBe(`The page of production in us-east-1, until Ctrl-C: ${address}\n`);
  expect(await page.text()).toBe("/?variant=core as text/html");
  interruption.abort(new Error("interrupted"));
  expect(await ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow();
  expect(asked).toEqual(["/?images=none", "/?variant=core"]);
  stderr.end();
  expect(await text(stderr)).toBe("");
});

test("open gives the browser an address that leads to the page once: other users see a program's arguments", async () => {
  const { address, interruption, ended } = await started([]);
  const [opened = ""] = await vi.waitUntil(() => vi.mocked(openInBrowser).mock.lastCall, { timeout: 3_600_000 });

  const page = await fetch(opened, { headers: { accept: "text/html" } });
  const again = await fetch(opened);

  expect(opened).not.toContain(new URL(address).pathname);
  expect({ url: page.url, text: await page.text() }).toEqual({ url: address, text: "/ as text/html" });
  expect(again.status).toBe(410);
  interruption.abort(new Error("interrupted"));
  expect(await ended).toBe(0);
});

test("open announces no page that the service does not show", async () => {
  const read = async () => ({ status: 500, headers: {}, body: JSON.stringify({ error: "no bucket" }) });
  expect(await cli(["open", "--no-browser"], { deployment: { read } })).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: "the service failed (500): no bucket\n",
  });
});
