import assert from "node:assert/strict";
import { commandLine, unitText } from "@metrics-link/host/cloud/units.ts";
import { describe, it } from "mocha";

describe("unit text", () => {
  it("writes sections, booleans and repeated keys", () => {
    assert.equal(
      unitText({ Unit: { Description: "a" }, Service: { NoNewPrivileges: true, ExecStartPre: ["/a", "/b"] } }),
      "[Unit]\nDescription=a\n\n[Service]\nNoNewPrivileges=yes\nExecStartPre=/a\nExecStartPre=/b\n",
    );
  });

  it("keeps an argument what it is in spite of systemd's own syntax", () => {
    assert.equal(
      commandLine(["/bin/x", "--plain=1.2/a:b,c@d", "two words", 'a "quote"', "100%", "$HOME", "back\\slash", "", ";"]),
      '/bin/x --plain=1.2/a:b,c@d "two words" "a \\"quote\\"" 100%% $$HOME "back\\\\slash" "" ";"',
    );
  });
});
