import assert from "node:assert/strict";
import { deriveMirrors, missingPackages, parseAptSources } from "../../../scripts/toolchain/debian.mjs";
import { inheritedAptOptions } from "../../../scripts/toolchain/image.mjs";

function mirrors(name: string, text: string, list = "") {
  return deriveMirrors(parseAptSources([{ name, text }]), "bookworm", () => list);
}

describe("Debian mirrors of this machine", () => {
  it("are found in the deb822 format", () => {
    const text = `# comment
Types: deb deb-src
URIs: http://mirror.example/debian/
# a comment inside
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example/debian-security
Suites:
 bookworm-security
Components: main
`;
    assert.deepEqual(mirrors("debian.sources", text), {
      main: "http://mirror.example/debian",
      updates: "http://mirror.example/debian",
      security: "http://security.example/debian-security",
    });
  });

  it("are found in the one-line format", () => {
    const text = `#deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/mirrors/d bookworm main non-free # ours
deb-src http://mirror.example/debian bookworm main
`;
    assert.deepEqual(mirrors("sources.list", text), {
      main: "http://mirror.example/mirrors/d",
      updates: null,
      security: null,
    });
  });

  it("are read from the list in a cloud image's sources", () => {
    const text = "Types: deb\nURIs: mirror+file:///etc/apt/mirrors/debian.list\nSuites: bookworm\nComponents: main\n";
    assert.equal(
      mirrors("debian.sources", text, "# first\nhttps://cdn.example/debian\nhttps://b/debian\n")?.main,
      "https://cdn.example/debian",
    );
  });

  it("are not those of a third party that names its suite after Debian's", () => {
    const text = `deb https://apt.releases.example.com bookworm main
deb https://download.example.com/linux/debian bookworm stable
deb http://deb.example/debian bookworm main
`;
    assert.equal(mirrors("sources.list", text)?.main, "http://deb.example/debian");
    assert.equal(mirrors("sources.list", "deb https://apt.releases.example.com bookworm main"), null);
  });

  it("are not those that are disabled or of another release", () => {
    const off = "Enabled: no\nTypes: deb\nURIs: http://a/debian\nSuites: bookworm\nComponents: main\n";
    assert.equal(mirrors("a.sources", off), null);
    assert.equal(mirrors("sources.list", "deb http://a/debian buster main"), null);
  });

  it("come with the proxy and the age limits of this machine's apt, and nothing else", () => {
    const dump = [
      'Acquire::http::Proxy "http://proxy:3142";',
      'Acquire::https::Proxy "";',
      'Acquire::Check-Valid-Until "false";',
      'APT::Install-Recommends "true";',
      'Acquire::Languages "none";',
    ];
    assert.deepEqual(inheritedAptOptions(dump.join("\n")), [dump[0], dump[2]]);
  });
});

describe("Debian packages", () => {
  it("are missing if their command or file is missing", () => {
    assert.deepEqual(missingPackages({ a: "sh", b: "no-such-command-1", c: "/etc/passwd", d: "/no/such/file" }), [
      "b",
      "d",
    ]);
  });
});
