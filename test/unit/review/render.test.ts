import assert from "node:assert/strict";
import { html } from "@metrics-link/report";
import { renderHtml, renderMarkdown, renderText } from "@metrics-link/review";
import { complaint, host, quiet, step, summary, urn, verdictOn, violation } from "./support.ts";

const evil = '<script>alert("1")</script> | `code` @everyone [link](javascript:1) **bold**\n# heading';
const address = urn("aws:ec2/eip:Eip", "receiver-address-a");
const failed = verdictOn(
  [...quiet, step("delete", address, { old: {} }), violation("small-hosts", evil, host), summary("failed")],
  { deviations: [{ policy: "typo", reason: evil, until: "2020-01-01" }] },
);
const fine = verdictOn([...quiet, summary("succeeded")]);
const open = verdictOn([...quiet, violation("one-way-in", "not yet: it", "", "advisory"), summary("succeeded")]);

describe("a rendered review", () => {
  for (const [format, render] of Object.entries({ text: renderText, markdown: renderMarkdown, html: renderHtml })) {
    it(`says first in ${format} what failed, for which resource, and the remedy`, () => {
      const page = render(failed);
      const first = page.indexOf("receiver-address-a");
      assert.ok(first > 0 && first < page.indexOf("receiver-instance"), page);
      for (const word of [
        "failed: 2 findings",
        "keeps-receiver-address-a",
        "small-hosts",
        "A remedy.",
        "EXPIRED 2020-01-01, NO SUCH POLICY",
      ]) {
        assert.ok(page.includes(word), `${word} is not in\n${page}`);
      }
    });

    it(`counts undecidable policies in ${format}`, () => {
      assert.ok(render(open).includes("passed, with 1 policy not yet decidable"), render(open));
      assert.ok(!render(fine).includes("decidable"));
    });
  }
});

describe("a peer that is set aside", () => {
  const words = "account-b is suspended, and has no way in or out: its key is out";
  const warned = verdictOn([...quiet, complaint(words, "warning", host), summary("succeeded")]);
  for (const [format, render] of Object.entries({ text: renderText, markdown: renderMarkdown, html: renderHtml })) {
    it(`is reported in ${format}, even by a review that passes`, () => {
      assert.equal(warned.outcome, "passed");
      assert.ok(render(warned).includes(words), render(warned));
    });
  }

  it("cannot inject HTML or Markdown", () => {
    const hostile = verdictOn([...quiet, complaint(`${evil}\n\`\`\`\`\n@all`, "warning", host), summary("succeeded")]);
    assert.ok(!renderHtml(hostile).includes("<script"));
    assert.ok(!/^````$\n@all/m.test(renderMarkdown(hostile)));
  });
});

describe("text from outside", () => {
  it("stays text in HTML", () => {
    const page = renderHtml(failed);
    assert.ok(!page.includes("<script"), page);
    assert.ok(page.includes("&lt;script&gt;"));
  });

  it("stays text in Markdown: no tag, no cell, no mention, no link, no new line", () => {
    const row =
      renderMarkdown(failed)
        .split("\n")
        .find((line) => line.startsWith("| `small-hosts` |")) ?? "";
    assert.match(row, /&lt;script/);
    assert.equal(row.split(" | ").length, 4);
    for (const sign of ["<script", "@everyone", "[link]", "**bold**", "`code`"]) assert.ok(!row.includes(sign), sign);
  });

  it("is escaped in HTML, also in lists and attributes", () => {
    const list = ["<a>", html`<b>${"&"}</b>`];
    assert.equal(html`<p title="${'"'}">${list}</p>`.text, '<p title="&quot;">&lt;a&gt;<b>&amp;</b></p>');
  });
});

describe("the page", () => {
  it("loads nothing", () => {
    assert.doesNotMatch(renderHtml(failed), /(src|href)=|url\(|@import|<link|<script/);
  });
});
