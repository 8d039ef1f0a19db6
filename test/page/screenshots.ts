import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { core } from "../world.ts";
import { browserPath, open, startBrowser, unfold } from "./browser.ts";
import { statusAnswer, timelineAnswer } from "./pages.ts";
import { scenes } from "./scenes.ts";
import { timelines } from "./timelines.ts";

/** Writes screenshots of the scenes, or of those that are named, into a folder: `node test/page/screenshots.ts FOLDER [SCENE…]`. */
const [folder = ".run/screenshots", ...named] = process.argv.slice(2);
const path = browserPath();
if (!path) throw new Error("no browser was found; set BROWSER_PATH to a Chromium or Chrome");
mkdirSync(folder, { recursive: true });
const browser = await startBrowser(path);
const answers = [
  ...Object.entries(scenes).map(([name, world]) => [name, () => statusAnswer(world())] as const),
  ...Object.entries(timelines).map(([name, remembered]) => {
    const answer = () => timelineAnswer(remembered().world, core, remembered().memory);
    return [name, answer] as const;
  }),
];
for (const [name, answerOf] of answers) {
  if (named.length > 0 && !named.includes(name)) continue;
  const answer = answerOf();
  for (const width of [1280, 390])
    for (const scheme of ["light", "dark"] as const) {
      const { page, close } = await open(browser, answer, { width, scheme });
      if (name !== "hundred") await unfold(page);
      await page.screenshot({
        path: join(resolve(folder), `${name}-${width}-${scheme}.png`),
        fullPage: name !== "hundred",
      });
      await close();
    }
}
await browser.close();
