import { describe, expect, test } from "vitest";
import { scene } from "../scene.ts";

describe("a scene throws if a test", () => {
  test.each([
    ["holds", () => scene().holds("ami-9")],
    ["writes", () => scene().wrote("ami-9", "stable")],
    ["revokes", () => scene().revoke("ami-9")],
    ["unrevokes", () => scene().unrevoke("ami-9")],
    ["approves", () => scene().approve("ami-9")],
    ["changes", () => scene().change("ami-9", { state: "disabled" })],
    ["deregisters", () => scene().deregister("ami-9")],
  ])("%s an image that does not exist", (_, act) => {
    expect(act).toThrow("the scene has no image ami-9");
  });

  test.each([
    ["changes", () => scene().changeChannels({ image: "ami-9" })],
    ["deletes", () => scene().deleteChannels()],
  ])("%s a channel that was never written", (_, act) => {
    expect(act).toThrow("the scene has nothing in windows-2022-core-1.35/candidate");
  });

  test.each([
    ["a base", () => scene().baseAmi("ami-1", "windows-95"), "no upstream for windows-95"],
    ["a request", () => scene().request("r1", "windows-95"), "no variant windows-95"],
    ["an image", () => scene().image("ami-1", { variant: "windows-95" }), "no variant windows-95"],
    ["a build", () => scene().build({ variant: "windows-95" }), "no variant windows-95"],
    ["the plan", () => scene().actions("windows-95"), "no variant windows-95"],
  ])("names %s of a variant that does not exist", (_, act, error) => {
    expect(act).toThrow(`the scene has ${error}`);
  });
});
