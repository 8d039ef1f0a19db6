import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readLocalStack } from "../../../cli/service/local-stack.ts";
import { takePlace } from "../../../local/playground/run-file.ts";

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "place-"));
  file = join(dir, ".run", "local.json");
});

afterEach(() => rmSync(dir, { recursive: true }));

const stack = {
  pid: process.pid,
  url: "http://127.0.0.1:1/",
  region: "us-east-1",
  credentials: { accessKeyId: "AKIAADMINISTRATOR000", secretAccessKey: "administrator" },
  page: "http://127.0.0.1:2/token/",
};

test("a stack tells the command line, and no other user, how to call it until it leaves", () => {
  const place = takePlace(file);
  place.publish(stack);

  expect(readLocalStack(file)).toMatchObject(stack);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  place.leave();
  expect(existsSync(file)).toBe(false);
  expect(() => readLocalStack(file)).toThrow("no local stack runs");
});

test("a second stack learns where the first one is, and may start once that has left", () => {
  const first = takePlace(file);
  expect(() => takePlace(file)).toThrow("npm run local runs already; quit or Ctrl-C ends it there");
  first.publish(stack);
  expect(() => takePlace(file)).toThrow(`npm run local runs already (process ${process.pid}, ${stack.page})`);
  expect(readLocalStack(file)).toMatchObject(stack);

  first.leave();
  takePlace(file).leave();
});

test("what a killed stack has left keeps nobody away", () => {
  takePlace(file).publish({ ...stack, pid: 999_999_999 });
  expect(() => readLocalStack(file)).toThrow("the local stack has ended without cleaning up");
});
