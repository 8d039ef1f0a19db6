import { describe, expect, test } from "vitest";
import { Facts, parseFindings } from "../../../commands/first-contact/file.ts";
import { imagesToSee } from "../../../commands/first-contact/images.ts";
import { redacted } from "../../../commands/first-contact/redact.ts";
import { parseConfiguration } from "../../../functions/config/configuration.ts";

describe("a first contact looks at", () => {
  const { variants } = parseConfiguration({
    variants: [
      { windows: 2022, kubernetes: "1.35" },
      { windows: 2022, kubernetes: "1.36" },
      { windows: 2025, kubernetes: "1.35", base: "Base", edition: "Full" },
    ],
  });

  test("the first image of each release and family, and AWS's EKS image beside one that is assembled", () => {
    expect(
      imagesToSee({ variants }).map(({ file, parameter }) => [file, parameter.split("/").slice(4).join("/")]),
    ).toEqual([
      ["2022-EKS_Optimized.json", "Windows_Server-2022-English-Core-EKS_Optimized-1.35/image_id"],
      ["2025-Base.json", "Windows_Server-2025-English-Full-Base"],
      ["2025-EKS_Optimized.json", "Windows_Server-2025-English-Core-EKS_Optimized-1.35/image_id"],
    ]);
  });

  test("the releases that are asked for", () => {
    expect(imagesToSee({ variants }, ["2022"]).map(({ file }) => file)).toEqual(["2022-EKS_Optimized.json"]);
  });

  test("no release that no variant has", () => {
    expect(() => imagesToSee({ variants }, ["2019"])).toThrow("config.ts names no variant with Windows 2019");
  });

  test("an edition and a minor as the variant has them, except that a plain Windows has no minor", () => {
    expect(imagesToSee({ variants }).map(({ edition, kubernetes }) => [edition, kubernetes])).toEqual([
      ["Core", "1.35"],
      ["Full", null],
      ["Core", "1.35"],
    ]);
  });
});

describe("a file of a first contact keeps no", () => {
  test.each([
    ["account", "arn:aws:iam::210987654321:role/node", "arn:aws:iam::000000000000:role/node"],
    [
      "registry's account",
      "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.5",
      "000000000000.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.5",
    ],
    ["instance", "started i-0123456789abcdef0.", "started i-00000000000000000."],
    ["volume", "vol-0123456789abcdef0", "vol-00000000000000000"],
    ["host name", "\\\\EC2AMAZ-5UH7Q2L\\C$", "\\\\EC2AMAZ-0000000\\C$"],
    ["host name of a network", "ip-10-1-2-3.ec2.internal", "ip-0-0-0-0.ec2.internal"],
    ["address", "listening on 10.1.2.3:2379", "listening on 0.0.0.0:2379"],
    ["address at the end of a sentence", "It is 10.1.2.3.", "It is 0.0.0.0."],
    ["range of addresses", "10.100.0.0/16", "0.0.0.0/16"],
    ["IPv6 address", "on fe80::1c2:3ff:fe04:506 now", "on :: now"],
    ["MAC address", "02-1A-2B-3C-4D-5E", "00:00:00:00:00:00"],
    ["user's SID", "S-1-5-21-1004336348-1177238915-682003330-500", "S-1-5-21-0-0-0-500"],
    ["password of a command line", "svc.exe --password hunter22 -v", "svc.exe --password *** -v"],
    ["password of a setting", 'password = "hunter22"', 'password = "***"'],
    ["access key", "AKIAIOSFODNN7EXAMPLE", "***"],
    ["serial number", "SerialNumber: ec2a1b2c-33", "SerialNumber: ***"],
    ["address of the caller, however it is written", "from <203-0-113-7>", "from <***>"],
  ])("%s", (_, text, clean) => {
    expect(redacted({ said: [text] }, ["203-0-113-7"])).toEqual({ said: [clean] });
  });

  test("value whose name says that it is secret, and no secret in a name", () => {
    expect(redacted({ SESSION_TOKEN: "abc", "task of 10.1.2.3": 1 })).toEqual({
      SESSION_TOKEN: "***",
      "task of 0.0.0.0": 1,
    });
  });

  test.each([
    ["Windows build", "10.0.20348.4405"],
    ["digest", `sha256:${"0123456789abcdef".repeat(4)}`],
    ["sum of digits", "1".repeat(64)],
    ["image", "ami-0123456789abcdef0"],
    ["time", "2026-11-30 19:17:20"],
    ["address of the metadata service", "http://169.254.169.254/latest"],
    ["path", "C:\\Program Files\\Amazon\\EKS\\bin\\csi-proxy.exe -log_file=C:\\etc\\a.log"],
    ["GUID", "{01234567-89ab-cdef-0123-456789abcdef}"],
  ])("but the %s", (_, text) => {
    expect(redacted(text)).toBe(text);
  });

  test("but the version of a file, which may look like an address", () => {
    expect(redacted([{ path: "a.exe", version: "1.2.3.4" }])).toEqual([{ path: "a.exe", version: "1.2.3.4" }]);
  });
});

describe("what a guest answers", () => {
  test("counts as unknown where it has another shape, and costs no other answer", () => {
    const { facts, unknown } = parseFindings(
      JSON.stringify({ facts: { osBuild: "20348.4405", features: "Containers" }, unknown: { defender: "no module" } }),
    );

    expect(facts.osBuild).toBe("20348.4405");
    expect(facts.features).toBeNull();
    expect(unknown.features).toContain("another shape");
    expect(unknown.defender).toBe("no module");
    expect(Object.keys(facts)).toEqual(Object.keys(Facts.shape));
  });

  test("is refused if it is no answer at all", () => {
    expect(() => parseFindings("{}")).toThrow();
  });
});
