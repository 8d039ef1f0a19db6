import type { Response } from "./behaviour.ts";
import { BUILDS, UPDATE } from "./installation.ts";
import { list, type Situation, saved, setting, workPath } from "./situation.ts";

/** There is one update, and it wants a restart. */
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
      updates: [...installation.updates, ...applicable.map(({ article }) => article)],
      buildAfterRestart: BUILDS[installation.windows].updated,
    },
  };
}

/** The recorded Patch Tuesday is a claim; that the build rose is the evidence. */
export function updatesComplete(situation: Situation): Partial<Response> {
  const { build } = situation.machine.installation;
  const left = applicableUpdates(situation).map(({ article }) => article);
  if (left.length > 0) throw new Error(`${left.length} updates are left after the last round: ${left.join(", ")}`);
  const { osBuild } = saved<{ osBuild: string }>(situation, "base");
  const [released, patchTuesday] = [setting(situation, "BASE_RELEASED"), setting(situation, "PATCH_TUESDAY")];
  const kept = [UPDATE].filter(({ article }) => list(situation, "DENIED_UPDATES").includes(article));
  if (released <= patchTuesday && build === osBuild && kept.length === 0)
    throw new Error(
      `Windows build ${build} has not risen, though the base was released on ${released}, before the updates of ${patchTuesday}.`,
    );
  const leftOut = kept.map(({ article, title }) => ({ articles: [article], title, reason: "denied" }));
  return {
    stdout: `Windows build ${osBuild} has become ${build}; nothing applicable is left.\r\n`,
    files: { [workPath(situation, "output/updates-left-out.json")]: JSON.stringify(leftOut) },
  };
}

function applicableUpdates(situation: Situation) {
  const { updates: installed } = situation.machine.installation;
  const denied = list(situation, "DENIED_UPDATES");
  return [UPDATE].filter(({ article }) => !installed.includes(article) && !denied.includes(article));
}
