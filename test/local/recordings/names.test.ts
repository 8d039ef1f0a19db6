import { expect, test } from "vitest";
import { withNames, withValues } from "../../../local/recordings/names.ts";

const values = {
  texts: { KUBERNETES_VERSION: "1.35.8", UPDATED_BUILD: "20348.4405", WINDOWS: "2022", EDITION: "Core", none: "" },
  lists: { CONTAINER_IMAGES: ["mcr.example/app:ltsc2022"], REGISTRY_MIRRORS: ["mcr.example"] },
};

test.each([
  ["/v1.35.8/kubelet.exe", "/v{{KUBERNETES_VERSION}}/kubelet.exe"],
  ["1.35.80 and 11.35.8", "1.35.80 and 11.35.8"],
  ["[Version 10.0.20348.4405]", "[Version 10.0.{{UPDATED_BUILD}}]"],
  ["servercore:ltsc2022, Core", "servercore:ltsc{{WINDOWS}}, {{EDITION}}"],
  ["CoreDNS", "CoreDNS"],
  ["mcr.example/app:ltsc2022 is pinned", "{{each CONTAINER_IMAGES}} is pinned"],
  [
    "mcr.example has mirrors, mcr.example/other is cached",
    "{{each REGISTRY_MIRRORS}} has mirrors, mcr.example/other is cached",
  ],
])("a recording has names instead of values in %s", (text, named) => {
  expect(withNames(text, values)).toBe(named);
});

test("a line or entry is repeated for each item of its list, at the outermost list that it stands in", () => {
  const recorded = { lines: ["first", "{{each A}} of {{B}}"], entries: [{ articles: ["{{each A}}"], size: "{{B}}" }] };

  expect(withValues(recorded, { A: ["$&", 'a"b'] }, () => 7)).toEqual({
    lines: ["first", "$& of 7", 'a"b of 7'],
    entries: [
      { articles: ["$&"], size: 7 },
      { articles: ['a"b'], size: 7 },
    ],
  });
});
