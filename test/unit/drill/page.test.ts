import assert from "node:assert/strict";
import { page, picture } from "../../../scripts/drill/page.ts";
import { outcome } from "./outcome.ts";

/** The bars of a picture by their title: where each begins and how wide it is. */
function bars(svg: string): Record<string, [x: number, width: number]> {
  const found = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"[^>]*><title>(\w+)/g)];
  return Object.fromEntries(found.map(([, x, width, title]) => [title, [Number(x), Number(width)]]));
}

const drawn = (more: Parameters<typeof outcome>[0] = {}) => picture(outcome(more))?.text ?? "";

describe("the picture of a drill", () => {
  it("has each phase at its time, from the fault to the end", () => {
    const { breaking, broken, pending, firing } = bars(drawn());
    // 31 s on 810 units, from 70 on.
    assert.deepEqual(breaking, [70, 26.1]);
    assert.deepEqual(broken, [96.1, 522.6]);
    assert.deepEqual(pending, [488.1, 130.6]);
    assert.deepEqual(firing, [618.7, 261.3]);
  });

  it("has a legend with the colour of every bar and of the line", () => {
    const legend = [...drawn().matchAll(/<li><i class="(\w+)"><\/i>([^<]+)<\/li>/g)].map(([, tone, text]) => [
      tone,
      text,
    ]);
    assert.deepEqual(legend, [
      ["idle", "breaking, mending"],
      ["full", "broken"],
      ["open", "pending"],
      ["bad", "firing"],
      ["value", "behind, in seconds"],
    ]);
    const coloured = [...drawn().matchAll(/<rect [^>]*class="(\w+)"/g)].map(([, tone]) => tone);
    assert.deepEqual(
      coloured.filter((tone) => !legend.some(([known]) => known === tone)),
      [],
    );
  });

  it("leaves a gap where the lag is not known", () => {
    assert.equal(drawn().match(/<polyline/g)?.length, 2);
  });

  it("shows an alert that never cleared as firing to the end", () => {
    const { firing } = bars(drawn({ phases: { began: 1000, broken: 1001, fired: 1010, healing: 1010, healed: 1020 } }));
    assert.deepEqual(firing, [331.3, 548.7]);
  });

  it("is absent for a drill that injected no fault", () => {
    assert.equal(drawn({ phases: {} }), "");
  });
});

describe("the page of drills", () => {
  it("has a row, a section and a picture for each drill, and escapes text", () => {
    const html = page([outcome({ notes: ['a <b> & "c"'] }), outcome({ name: "link-cut", passed: false })]);
    assert.equal(html.match(/<svg/g)?.length, 2);
    assert.ok(html.includes('<a href="#link-cut">') && html.includes('<section id="link-cut">'));
    assert.ok(html.includes("a &lt;b&gt; &amp; &quot;c&quot;"));
    assert.match(html, /1 of 2 drills passed/);
  });
});
