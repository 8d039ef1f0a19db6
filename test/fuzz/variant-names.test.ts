import { afterAll, beforeAll, expect, test } from "vitest";
import { Request } from "../../functions/domain/requests.ts";
import { newWorld } from "../world.ts";
import { type Functions, lambda, logged, startFunctions } from "./functions.ts";

const name = "constructor";
let functions: Functions;

beforeAll(async () => {
  const variants = [{ name, windows: 2022 as const, kubernetes: "1.35" }];
  functions = await startFunctions(newWorld({ variants }, new Date().toISOString()));
});
afterAll(() => functions?.endpoint.stop());

test("a request for a variant that is called like a property of every object is kept and wanted", async () => {
  const api = await functions.load("api", { functionUrl: false });
  const body = { variant: name, reason: "a new agent", idempotencyKey: "key-1" };
  const call = async (event: object) => {
    const { result } = await logged(() => api(event, lambda));
    return JSON.parse((result as { body: string }).body);
  };

  const first = await call({ method: "POST", path: "/rebuild", body });
  const second = await call({ method: "POST", path: "/rebuild", body });
  const status = await call({ method: "GET", path: `/?variant=${name}` });

  expect([first.repeated, second.repeated]).toEqual([false, true]);
  const [parameter] = [...functions.account.parameters.values()].filter(({ Name = "" }) => Name.endsWith(`/${name}`));
  expect(Request.parse(JSON.parse(parameter?.Value ?? ""))).toMatchObject({ id: "key-1", earlier: [] });
  expect(status.variants).toMatchObject([{ variant: name, desired: { request: "key-1" } }]);
});

test("a channel below a name that is no variant's changes no other channel", async () => {
  const prefix = "/eks-windows-images/test/channels";
  const { parameters } = functions.account;
  parameters.set("forged", { Name: `${prefix}/__proto__/stable`, Value: "ami-0123456789abcdef0", Version: 1 });
  const { readChannels } = await import("../../functions/io/channels.ts");

  const channels = await readChannels(prefix);

  expect(Object.keys(channels)).toEqual(["__proto__"]);
  expect(channels.stable).toBeUndefined();
});
