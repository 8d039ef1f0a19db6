import { existsSync } from "node:fs";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Answer } from "../../functions/api/http.ts";

const usual = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium or Chrome that `BROWSER_PATH` names, or that is where it usually is; undefined if there is none. */
export function browserPath(): string | undefined {
  const named = process.env.BROWSER_PATH;
  if (named && !existsSync(named)) throw new Error(`BROWSER_PATH is ${named}, and there is no such file`);
  return named ?? usual.find((path) => existsSync(path));
}

export function startBrowser(executablePath: string): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  return chromium.launch({ executablePath, args: [...args, "--disable-component-update", "--disable-sync"] });
}

export interface View {
  width: number;
  scheme: "light" | "dark";
}

/** A page as somebody sees it, and what the browser complained about. */
export interface Opened {
  page: Page;
  complaints: string[];
  close(): Promise<void>;
}

/** Opens an answer of the API with its headers, so that its policy is in force. Nothing else is reachable. */
export async function open(browser: Browser, answer: Answer, { width, scheme }: View): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  await context.route("**/*", (route) => {
    const { headers, body = "" } = answer;
    if (new URL(route.request().url()).pathname !== "/token/") return route.abort();
    return route.fulfill({ status: answer.statusCode ?? 200, headers: headers as Record<string, string>, body });
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", ({ message }) => complaints.push(`error: ${message}`));
  page.on("requestfailed", (request) => complaints.push(`request: ${request.url()}`));
  await page.goto("http://page.example/token/");
  return { page, complaints, close: () => context.close() };
}

/**
 * What keeps people from using the page, a line each.
 * @param rules the rules to check; all if it is missing
 */
export async function barriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(`window.axe ?? ${axe.source}`);
  const options = JSON.stringify({ resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`),
  );
}

/** By how many pixels the page is wider than the screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** Opens everything that can be unfolded. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
}
