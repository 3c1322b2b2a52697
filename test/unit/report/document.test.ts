import assert from "node:assert/strict";
import { page } from "@metrics-link/report/html.ts";
import { html } from "@metrics-link/report/markup.ts";

describe("a page", () => {
  it("escapes its title and keeps its body", () => {
    const text = page({ title: "a <b>" }, html`<p>${"c <d>"}</p>`);
    assert.match(text, /^<!doctype html>\n<html lang="en">/);
    assert.match(text, /<title>a &lt;b&gt;<\/title>/);
    assert.match(text, /<body>\n<p>c &lt;d&gt;<\/p>\n<\/body>/);
  });

  it("forbids loading anything, and refreshes only on request", () => {
    const still = page({ title: "" });
    assert.match(still, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src /);
    assert.doesNotMatch(still, /refresh/);
    assert.match(page({ title: "", refreshSeconds: 15 }), /<meta http-equiv="refresh" content="15">/);
  });

  it("contains its style sheet", () => {
    assert.match(page({ title: "" }), /<style>\s*:root[^<]*<\/style>/);
  });
});
