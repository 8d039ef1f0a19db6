import { describe, expect, test } from "vitest";
import { html, toText } from "../../../../functions/api/page/html.ts";

describe("a template", () => {
  test("escapes text, between tags and in attributes", () => {
    const text = `<b title="x" id='y'>&`;

    expect(toText(html`<p title="${text}">${text}</p>`)).toBe(
      `<p title="&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;">&lt;b title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;</p>`,
    );
  });

  test("takes HTML as it is, and lists of anything, and leaves out what is nothing", () => {
    expect(toText(html`<p>${[html`<b>1</b>`, 2, "<", [null, undefined, false, ""]]}</p>`)).toBe("<p><b>1</b>2&lt;</p>");
  });

  test.each([
    ["control characters", "a\u0000b\u001bc\nd", "a\ufffdb\ufffdc d"],
    ["characters that turn the direction of text", "a\u202eb\u2066c", "a\ufffdb\ufffdc"],
    ["half a character", "a\ud800b", "a\ufffdb"],
  ])("replaces %s", (_, text, shown) => {
    expect(toText(html`${text}`)).toBe(shown);
  });

  test("does not take data for HTML, whatever its shape", () => {
    const forged = JSON.parse('{"html":"<script>","toString":"<script>"}');

    expect(toText(html`<p>${forged}</p>`)).not.toContain("script");
  });

  test("takes HTML inside a style or a title, and anything after its end", () => {
    expect(toText(html`<title>${html`${"<"}`}</title><style>${html`p{}`}</style><!-- x --><p>${"<"}</p>`)).toBe(
      "<title>&lt;</title><style>p{}</style><!-- x --><p>&lt;</p>",
    );
  });

  test.each([
    ["text among the attributes of a tag", () => html`<p ${"onclick=x"}>`],
    ["text as an attribute without quotes", () => html`<p title=${"x onclick=x"}>`],
    ["HTML inside an attribute", () => html`<p title="${html`<b>`}">`],
    ["text inside a style", () => html`<style>p{color:${"red"}}</style>`],
    ["text inside a script", () => html`<SCRIPT type="module">f(${1})</SCRIPT>`],
    ["text inside a title", () => html`<p>${""}</p><title>a</title><title>${"x"}</title>`],
    ["a list of text inside a title", () => html`<title>${["x"]}</title>`],
    ["text inside a comment", () => html`<!-- ${"--><script>"} -->`],
  ])("refuses %s", (_, make) => {
    expect(make).toThrow(/a template has/);
  });
});
