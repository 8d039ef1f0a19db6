import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageAnswer } from "../../functions/api/page/answer.ts";
import { errorPage } from "../../functions/api/page/error-page.ts";
import { core } from "../world.ts";
import { barriers, browserPath, type Opened, open, overflow, startBrowser, unfold } from "./browser.ts";
import { statusAnswer, timelineAnswer } from "./pages.ts";
import { hostile, scenes } from "./scenes.ts";
import { timelines } from "./timelines.ts";

const path = browserPath();
if (!path && process.env.CI === "true")
  throw new Error("no browser was found for the tests of the status page: install Chromium, or set BROWSER_PATH");
const title = path ? "in a browser" : "in a browser (skipped: no Chromium or Chrome was found; BROWSER_PATH names one)";

const pages = [
  ...Object.entries(scenes).map(([name, world]) => ({ name, answer: () => statusAnswer(world()) })),
  ...Object.entries(timelines).map(([name, remembered]) => {
    const { world, memory } = remembered();
    return { name, answer: () => timelineAnswer(world, core, memory) };
  }),
  { name: "error", answer: () => pageAnswer(404, errorPage(JSON.stringify({ error: hostile, allowed: [hostile] }))) },
];

describe.skipIf(!path)(title, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(path ?? "");
  });

  afterAll(() => browser?.close());

  async function looking<T>(name: string, look: (opened: Opened) => Promise<T>): Promise<T> {
    const answer = pages.find((page) => page.name === name)?.answer();
    if (!answer) throw new Error(`there is no page ${name}`);
    const opened = await open(browser, answer, { width: 1280, scheme: "light" });
    try {
      return await look(opened);
    } finally {
      await opened.close();
    }
  }

  test.each(pages.map(({ name }) => name))("the page %s keeps nobody out and stays within the screen", async (name) => {
    await looking(name, async ({ page, complaints }) => {
      await unfold(page);
      // A hundred variants have the same parts as two, and would take axe a minute.
      if (name !== "hundred") {
        expect(await barriers(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: "dark" });
        expect(await barriers(page, ["color-contrast"])).toEqual([]);
      }
      for (const width of [1280, 768, 390, 320]) {
        await page.setViewportSize({ width, height: 900 });
        expect({ width, overflow: await overflow(page) }).toEqual({ width, overflow: 0 });
      }
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      const expected = name === "error" ? [expect.stringContaining("status of 404")] : [];
      expect(complaints).toEqual(expected);
    });
  });

  test("a page can be read without script", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.setContent(statusAnswer((scenes.failed as () => never)()).body ?? "");

    await page.locator("summary").first().click();

    expect(await page.getByText("Windows Update answers 0x8024402c").first().isVisible()).toBe(true);
    await context.close();
  });

  test("a keyboard reaches the content first, and opens a variant", async () => {
    await looking("failed", async ({ page }) => {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("To the content");
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).toBe("content");
      for (let tabs = 0; tabs < 30; tabs++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate("document.activeElement.matches('summary')")) break;
      }
      await page.keyboard.press("Enter");
      expect(await page.locator("details[open] h3").allTextContents()).toEqual([core]);
    });
  });

  test("a link to a variant unfolds it", async () => {
    await looking("failed", async ({ page }) => {
      await page.getByRole("link", { name: core, exact: true }).first().click();

      expect(await page.locator("details[open] h3").allTextContents()).toEqual([core]);
    });
  });

  test("the policy stops a script that got into a page", async () => {
    const answer = statusAnswer((scenes.fresh as () => never)());
    const body = answer.body?.replace(
      "<main",
      "<script>window.hacked=1</script><img src=x onerror=window.hacked=1><main",
    );
    const opened = await open(browser, { ...answer, body }, { width: 1280, scheme: "light" });

    expect(await opened.page.evaluate("window.hacked")).toBeUndefined();
    expect(opened.complaints.join()).toMatch(/Content Security Policy/);
    await opened.close();
  });
});
