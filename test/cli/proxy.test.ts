import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CliError } from "../../cli/cli-error.ts";
import { type PageProxy, startProxy } from "../../cli/proxy/proxy.ts";
import type { Page } from "../../cli/service/read-page.ts";

const html = "text/html; charset=utf-8";
const policy = "default-src 'none'; style-src 'sha256-abc'";

/** What reached the API. */
let asked: { path: string; accept: string }[] = [];
let page: Page | Error;
let now = 0;
let proxy: PageProxy;

beforeAll(async () => {
  proxy = await startProxy(
    async (path, accept) => {
      asked.push({ path, accept });
      if (page instanceof Error) throw page;
      return page;
    },
    () => now,
  );
});

afterAll(() => proxy.stop());

beforeEach(() => {
  asked = [];
  page = {
    status: 200,
    headers: { "content-type": html, "content-security-policy": policy, "set-cookie": "a=b", "x-amzn-requestid": "1" },
    body: "<h1>Images</h1>",
  };
});

/** Sends exactly this path, without what a browser or `URL` would make of it. */
async function send(path: string, { method = "GET", headers = {} }: { method?: string; headers?: object } = {}) {
  const { port } = new URL(proxy.address);
  const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    request({ host: "127.0.0.1", port, method, path, headers: { ...headers } }, resolve)
      .on("error", reject)
      .end();
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

function below(path: string): string {
  return `${new URL(proxy.address).pathname}${path}`;
}

describe("the proxy", () => {
  test("is open to this machine only, at an address that nobody can guess", () => {
    const { hostname, pathname } = new URL(proxy.address);

    expect(hostname).toBe("127.0.0.1");
    expect(pathname).toMatch(/^\/[\w-]{32}\/$/);
  });

  test("shows the status page as the browser can show it, with the page's own security policy", async () => {
    const { status, headers, body } = await send(below(""), { headers: { accept: "text/html,*/*;q=0.8" } });

    expect({ status, body }).toEqual({ status: 200, body: "<h1>Images</h1>" });
    expect(asked).toEqual([{ path: "/", accept: "text/html,*/*;q=0.8" }]);
    expect(headers).toMatchObject({
      "content-type": html,
      "content-security-policy": policy,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
  });

  test("hands none of the answer's other headers to the browser", async () => {
    const { headers } = await send(below(""));

    expect(headers).not.toHaveProperty("set-cookie");
    expect(headers).not.toHaveProperty("x-amzn-requestid");
  });

  test.each([
    ["?variant=core", "/?variant=core"],
    ["plan", "/plan"],
    ["timeline?variant=a%2Fb", "/timeline?variant=a%2Fb"],
  ])("passes on the link %s of the page", async (link, path) => {
    expect(await send(below(link))).toMatchObject({ status: 200 });
    expect(asked.map((one) => one.path)).toEqual([path]);
  });

  test("answers HEAD without a body", async () => {
    expect(await send(below(""), { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  test("takes its other name", async () => {
    const host = `localhost:${new URL(proxy.address).port}`;

    expect(await send(below(""), { headers: { host } })).toMatchObject({ status: 200 });
  });

  test("shows why the API cannot be read", async () => {
    page = new CliError("your AWS credentials have expired", ["sign in again"]);

    const { status, headers, body } = await send(below(""));

    expect({ status, body }).toEqual({ status: 502, body: "your AWS credentials have expired\n  → sign in again\n" });
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  test("allows nothing to run if the answer does not say what may", async () => {
    page = { status: 200, headers: { "content-type": html }, body: "<script>alert(1)</script>" };

    const { headers } = await send(below(""));

    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  });
});

describe("the address for the browser's command line", () => {
  const once = () => new URL(proxy.openOnce()).pathname;

  test("leads to the page, and says nothing of the token itself", async () => {
    const address = proxy.openOnce();

    const { status, headers } = await send(new URL(address).pathname);

    expect(address).not.toContain(below(""));
    expect({ status, location: headers.location }).toEqual({ status: 303, location: below("") });
    expect(headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    expect(asked).toEqual([]);
  });

  test("leads there once", async () => {
    const path = once();
    await send(path);

    const { status, headers, body } = await send(path);

    expect(status).toBe(410);
    expect(headers).not.toHaveProperty("location");
    expect(body).toContain("start it anew");
  });

  test("leads there within a minute", async () => {
    const early = once();
    now += 59_999;
    expect(await send(early)).toMatchObject({ status: 303 });

    const late = once();
    now += 60_000;
    expect(await send(late)).toMatchObject({ status: 410 });
  });

  test("is the last one given out", async () => {
    const [first, second] = [once(), once()];

    expect(await send(first)).toMatchObject({ status: 404 });
    expect(await send(second)).toMatchObject({ status: 303 });
  });

  test("is not used up by a foreign name, another method or a path below it", async () => {
    const path = once();

    expect(await send(path, { headers: { host: "evil.example" } })).toMatchObject({ status: 403 });
    expect(await send(path, { method: "HEAD" })).toMatchObject({ status: 404 });
    expect(await send(path, { method: "POST" })).toMatchObject({ status: 404 });
    expect(await send(`${path}/`)).toMatchObject({ status: 404 });
    expect(await send(path)).toMatchObject({ status: 303 });
  });
});

describe("nothing reaches the API from", () => {
  test.each(["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1.evil.example:PORT", "[::1]:PORT"])(
    "a name that somebody has pointed here: %s",
    async (name) => {
      const host = name.replace("PORT", new URL(proxy.address).port);

      expect(await send(below(""), { headers: { host } })).toMatchObject({ status: 403 });
      expect(asked).toEqual([]);
    },
  );

  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("a %s", async (method) => {
    const { status, headers } = await send(below(""), { method });

    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: "GET, HEAD" });
    expect(asked).toEqual([]);
  });

  test.each(["/", "/plan", `/${"a".repeat(32)}/`, "/favicon.ico", "//"])(
    "a path without the token: %s",
    async (path) => {
      expect(await send(path)).toMatchObject({ status: 404 });
      expect(asked).toEqual([]);
    },
  );

  test("the token's path without its end", async () => {
    expect(await send(below("").replace(/\/$/, ""))).toMatchObject({ status: 404 });
    expect(asked).toEqual([]);
  });

  test.each([
    "../plan",
    "%2e%2e/plan",
    "plan/..",
    "./plan",
    "/plan",
    "rebuild",
    "revoke?image=ami-1",
    "plan%3fa",
    "http://evil.example/",
    "@evil.example/",
    "\\\\evil.example",
  ])("a path that is no page: %s", async (path) => {
    expect(await send(below(path))).toMatchObject({ status: 404 });
    expect(asked).toEqual([]);
  });

  test("a whole address in place of a path", async () => {
    expect(await send(proxy.address)).toMatchObject({ status: 404 });
    expect(asked).toEqual([]);
  });
});
