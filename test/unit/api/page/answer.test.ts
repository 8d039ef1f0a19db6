import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../functions/api/http.ts";
import { pageAnswer, prefersPage } from "../../../../functions/api/page/answer.ts";
import { document } from "../../../../functions/api/page/document.ts";
import { errorPage } from "../../../../functions/api/page/error-page.ts";
import { html } from "../../../../functions/api/page/html.ts";

const prefers = (headers: unknown) => prefersPage({ headers } as Call);

describe("a page is answered", () => {
  test.each([
    "text/html",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "application/json;q=0.5, text/html",
    "TEXT/HTML",
    "text/*",
  ])("to a caller who accepts %s", (accept) => {
    expect(prefers({ accept })).toBe(true);
    expect(prefers({ Accept: accept })).toBe(true);
  });

  test.each([
    "*/*",
    "application/json",
    "application/json, text/html;q=0.9",
    "text/html;q=0",
    "text/html;q=0.1, */*",
    "text/plain",
    "image/png",
    "",
    "html",
    ";;;,,,",
  ])("not to one who accepts %j", (accept) => {
    expect(prefers({ accept })).toBe(false);
  });

  test.each([[undefined], [{}], [{ accept: 1 }], [{ accept: null }]])("not with the headers %j", (headers) => {
    expect(prefers(headers)).toBe(false);
  });
});

describe("the policy of a page", () => {
  const page = document({ title: "a", place: "b", content: html`<p>c</p>` });
  const { headers = {} } = pageAnswer(200, page);

  test("allows the document's own style by its hash and nothing else", () => {
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";

    expect(headers["Content-Security-Policy"]).toBe(
      `default-src 'none'; style-src 'sha256-${hash("sha256", style, "base64")}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  test("keeps it out of caches and its address out of other sites", () => {
    expect(headers).toMatchObject({
      "Cache-Control": "no-store",
      "Content-Type": "text/html; charset=utf-8",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      Vary: "Accept",
    });
  });
});

describe("the page of an error", () => {
  test("says what was wrong and what there is", () => {
    const page = errorPage('{"error":"there is no variant \\"<b>\\"","allowed":{"variant":["a"]}}');

    expect(page).toContain("there is no variant &quot;&lt;b&gt;&quot;");
    expect(page).toContain("&quot;a&quot;");
  });

  test("says any other text as it is", () => {
    expect(errorPage("<no JSON>")).toContain("&lt;no JSON&gt;");
  });
});
