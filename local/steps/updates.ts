import type { Response } from "../model/behaviour.ts";
import { BUILDS, type Update } from "../model/installation.ts";
import { list, type Situation, saved, setting, workPath } from "./situation.ts";

/** Together the updates want a restart, besides what Windows wants of its own accord. */
export function updates(situation: Situation): Partial<Response> {
  const { installation } = situation.machine;
  const applicable = applicableUpdates(situation);
  if (applicable.length === 0) return { stdout: "Nothing applicable is left.\r\n" };
  const results = applicable.map(({ article, title }) => ({
    articles: [article],
    title,
    phase: "install",
    result: "succeeded",
    hresult: "0x00000000",
  }));
  return {
    exitCode: 3010,
    stdout: applicable.map(({ title }) => `Installing ${title}\r\n`).join(""),
    files: { [workPath(situation, "output/updates.json")]: JSON.stringify(results) },
    changes: {
      restartsWanted: installation.restartsWanted + 1,
      updates: [...installation.updates, ...applicable.map(({ article }) => article)],
      ...(applicable.some(({ raisesBuild }) => raisesBuild)
        ? { buildAfterRestart: BUILDS[installation.windows].updated }
        : {}),
    },
  };
}

/** The recorded Patch Tuesday is a claim; that the build rose is the evidence. */
export function updatesComplete(situation: Situation): Partial<Response> {
  const { build, offered, restartsWanted } = situation.machine.installation;
  if (restartsWanted > 0) throw new Error("Windows wants one more restart after the last round (RebootPending).");
  const left = applicableUpdates(situation).map(({ article }) => article);
  if (left.length > 0) throw new Error(`${left.length} updates are left after the last round: ${left.join(", ")}`);
  const { osBuild } = saved<{ osBuild: string }>(situation, "base");
  const [released, patchTuesday] = [setting(situation, "BASE_RELEASED"), setting(situation, "PATCH_TUESDAY")];
  const denied = offered.filter(({ article }) => list(situation, "DENIED_UPDATES").includes(article));
  const isKept = denied.some(({ raisesBuild }) => raisesBuild);
  if (released <= patchTuesday && build === osBuild && !isKept)
    throw new Error(
      `Windows build ${build} has not risen, though the base was released on ${released}, before the updates of ${patchTuesday}.`,
    );
  const leftOut = denied.map(({ article, title }) => ({ articles: [article], title, reason: "denied" }));
  return {
    stdout: `Windows build ${osBuild} has become ${build}; nothing applicable is left.\r\n`,
    files: { [workPath(situation, "output/updates-left-out.json")]: JSON.stringify(leftOut) },
  };
}

function applicableUpdates(situation: Situation): Update[] {
  const { updates: installed, offered } = situation.machine.installation;
  const denied = list(situation, "DENIED_UPDATES");
  return offered.filter(({ article }) => !installed.includes(article) && !denied.includes(article));
}
