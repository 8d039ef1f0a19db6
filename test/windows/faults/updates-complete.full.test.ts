import { expect } from "vitest";
import { monthlyUpdate } from "../../../local/windows/bases.ts";
import { runBefore } from "../../../local/windows/snapshots.ts";
import { describeWithPowerShell, packerDirectory } from "../runs.ts";
import { layer } from "./faults.ts";
import { type FailingCase, type PassingCase, testInTurn } from "./in-turn.ts";

const work = "C:\\eks-windows-images\\output";

/** The base already had the build that the machine has after its updates. */
const unrisen = {
  [`${work}\\base.json`]: JSON.stringify({ osBuild: "20348.4405", installedUpdates: ["KB5031234", "KB5099999"] }),
};

const incomplete = { resultCode: 3, warnings: [{ message: "A category is missing.", hresult: 0x80240439 }] };

const servicing: PassingCase[] = [
  {
    what: "waits for a minute without TiWorker, and not for TrustedInstaller, which lingers",
    state: (state) => {
      state.updates = [];
      state.processes = { TiWorker: "100100000001", TrustedInstaller: -1 };
    },
    says: ["Nothing applicable is left."],
    leaves: ({ machine }) => expect(machine.state().processes).toMatchObject({ TiWorker: "1", TrustedInstaller: -1 }),
  },
  {
    what: "goes on with a warning if TiWorker works for too long",
    settings: { SERVICING_MINUTES: "0" },
    state: (state) => {
      state.updates = [];
      state.processes = { TiWorker: -1 };
    },
    says: ["WARNING: Windows' Modules Installer has not come to rest in 0 minutes."],
  },
];

const searches: (FailingCase | PassingCase)[] = [
  {
    what: "searches again if an update has no properties",
    settings: { SERVICING_MINUTES: "0" },
    state: (state) => {
      state.updates = [];
      state.search = { resultCode: 2, warnings: [], emptyUpdates: 1, times: 1 };
    },
    says: [
      "Searching for updates failed, attempt 1 of 4: The search for updates is incomplete: 1 of its 1 updates",
      "Nothing applicable is left.",
    ],
  },
  {
    what: "fails if each search ends with warnings",
    state: (state) => {
      state.search = { ...incomplete, emptyUpdates: 0 };
    },
    failure: {
      class: "updates",
      cause: "The search for updates is incomplete: succeeded with errors; 0x80240439 A category is missing.",
    },
  },
];

const complete: (FailingCase | PassingCase)[] = [
  {
    what: "passes if the build has risen",
    says: ["Windows build 20348.2849 has become 20348.4405; nothing applicable is left."],
  },
  {
    what: "fails if each search has an update without properties",
    state: (state) => {
      state.updates = [monthlyUpdate("2022")];
      state.search.emptyUpdates = 1;
    },
    failure: {
      class: "updates",
      cause: "The search for updates is incomplete: 1 of its 2 updates have no properties.",
    },
  },
  {
    what: "searches again after an answer with warnings",
    state: (state) => {
      state.search = { ...incomplete, emptyUpdates: 0, times: 1 };
    },
    says: ["nothing applicable is left."],
  },
  {
    what: "fails if Windows Update cannot be reached",
    state: (state) => state.refusals.push({ command: "IUpdateSearcher.Search", message: "", hresult: 0x8024402c }),
    failure: { class: "updates", cause: "Exception from HRESULT: 0x8024402C" },
  },
  {
    what: "fails if a denied update was installed",
    state: (state) => state.hotfixes.push("KB5040437"),
    failure: { class: "provision", cause: "Denied updates were installed: KB5040437" },
  },
  {
    what: "fails if the build has not risen and nothing was offered",
    files: unrisen,
    failure: {
      class: "updates",
      cause:
        "Windows build 20348.4405 has not risen, though the base was released on 2026-10-14, before the updates of " +
        "2026-11-10; Windows Update offered nothing that would.",
    },
  },
  {
    what: "names the failed updates if the build has not risen",
    files: {
      ...unrisen,
      [`${work}\\updates.json`]: JSON.stringify([
        { articles: ["KB5012345"], title: "one", phase: "install", result: "failed", hresult: "0x80070643" },
      ]),
    },
    failure: { class: "updates", cause: "; failed: KB5012345 (deniedUpdates in config.ts is the way out)." },
  },
  {
    what: "warns if the build has not risen because Windows' own update is denied",
    files: unrisen,
    state: (state) => {
      state.updates = [{ ...monthlyUpdate("2022"), kb: "5040437" }];
    },
    says: ["WARNING: Windows build 20348.4405 has not risen since 2026-10-14, because of denied updates: KB5040437"],
  },
  {
    what: "accepts a base that is as new as the updates",
    files: unrisen,
    settings: { BASE_RELEASED: "2026-11-12" },
    says: ["Windows build 20348.4405 has become 20348.4405; nothing applicable is left."],
  },
];

describeWithPowerShell("updates", (bench) => {
  testInTurn(bench, {
    script: "20-windows-updates",
    start: (bench) => runBefore(bench, layer, "20-windows-updates", packerDirectory),
    cases: [...servicing, ...searches],
  });
  testInTurn(bench, {
    script: "25-updates-complete",
    start: (bench) => runBefore(bench, layer, "25-updates-complete", packerDirectory),
    changes: [`${work}\\updates-left-out.json`],
    cases: complete,
  });
});
