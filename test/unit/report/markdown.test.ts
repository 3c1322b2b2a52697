import assert from "node:assert/strict";
import { renderMarkdown } from "@metrics-link/report";

const rendered = (text: string) =>
  renderMarkdown({
    title: "t",
    verdict: { severity: "ok", headline: text, findings: [] },
    intro: text,
    blocks: [{ kind: "text", content: text }],
  });

describe("a report in Markdown", () => {
  for (const text of [
    "https://evil.example/login",
    "HTTP://evil.example",
    "ftp://evil.example",
    "www.evil.example",
    "WWW.evil.example",
    "person@evil.example",
    "mailto:person@evil.example",
    "<https://evil.example>",
    "[text](https://evil.example)",
  ]) {
    it(`makes no link of ${text}`, () => {
      const decoded = rendered(text)
        .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
        .replaceAll("&lt;", "<");
      // The bare texts of which GFM makes links: https://github.github.com/gfm/#autolinks-extension-
      assert.doesNotMatch(decoded, /\w:\/\/|www\.|[\w.+-]@[\w-]/i);
      assert.match(decoded.replaceAll("<!-- -->", ""), /evil\.example/);
    });
  }
});
