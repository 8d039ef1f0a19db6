import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { triggerOf } from "../../../functions/domain/trigger.ts";

function recorded(name: string): string {
  return readFileSync(new URL(`../../events/${name}.json`, import.meta.url), "utf8");
}

test.each([
  ["schedule-base-ami", { kind: "base-ami", about: "schedule" }],
  ["schedule-kubernetes", { kind: "kubernetes", about: "schedule" }],
  ["schedule-patch-tuesday", { kind: "patch-tuesday", about: "schedule" }],
  ["manual", { kind: "manual", about: "windows-2022-core-1.35 rebuild r-2026-11-04" }],
  [
    "codebuild-succeeded",
    { kind: "build", about: "eks-windows-images-test:4d1f7a3c-8a0e-4a27-9e5b-3a8f0f2f7d11 SUCCEEDED" },
  ],
  [
    "codebuild-timed-out",
    { kind: "build", about: "eks-windows-images-test:4d1f7a3c-8a0e-4a27-9e5b-3a8f0f2f7d11 TIMED_OUT" },
  ],
  [
    "parameter-update",
    { kind: "channel", about: "Update /eks-windows-images/test/channels/windows-2022-core-1.35/stable" },
  ],
  ["parameter-rejected", { kind: "channel", about: expect.stringContaining("doesn't exist") }],
  ["fast-launch-enabled", { kind: "fast-launch", about: "ami-0a1b2c3d4e5f60718 enabled" }],
])("the recorded event %s is recognised", (name, expected) => {
  expect(triggerOf(recorded(name))).toEqual(expected);
});

test.each(["foreign-notification"])("the unrecognised event %s still triggers a reconcile run", (name) => {
  expect(triggerOf(recorded(name)).kind).toBe("unknown");
});

test.each(["", "no JSON", "null", "[]", '{"trigger":"new moon"}'])(
  "the unreadable message %j still triggers a reconcile run",
  (body) => {
    expect(triggerOf(body)).toEqual({ kind: "unknown", about: body });
  },
);
