import assert from "node:assert/strict";
import { checkWebConfig, checkWebConfigText, isAdmitting, webConfig, webConfigText } from "@metrics-link/exporter";
import { selfSigned } from "../../support/openssl.ts";

describe("the check of a web configuration", () => {
  const root = selfSigned("clients", "keyUsage=critical,keyCertSign,cRLSign");
  const leaf = selfSigned("leaf", "basicConstraints=critical,CA:FALSE");
  const input = {
    certificateChain: leaf.pem,
    privateKey: leaf.key,
    clientAuthority: root.pem,
    clientNames: ["link-scrape.prometheus.internal"],
    users: { prometheus: `$2y$10$${"a".repeat(53)}` },
    rate: { interval: "100ms", burst: 20 },
  };
  const good = webConfig(input);
  const tls = (more: object) => ({ ...good, tls_server_config: { ...good.tls_server_config, ...more } });

  it("finds nothing in what the renderer writes", () => {
    assert.deepEqual(checkWebConfig(good), []);
    assert.deepEqual(checkWebConfigText(webConfigText(input)), []);
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["an empty file", null, /answers everybody, in clear/],
    ["no TLS", { basic_auth_users: input.users }, /answers everybody, in clear/],
    ["a certificate that is only asked for", tls({ client_auth_type: "VerifyClientCertIfGiven" }), /client_auth_type/],
    ["no names", tls({ client_allowed_sans: undefined }), /names nobody/],
    ["an empty list of names", tls({ client_allowed_sans: [] }), /names nobody/],
    ["an empty name", tls({ client_allowed_sans: [""] }), /is no DNS name/],
    ["a wildcard", tls({ client_allowed_sans: ["*.internal.example"] }), /is no DNS name/],
    ["a name that is a number", tls({ client_allowed_sans: [1] }), /is no DNS name/],
    ["TLS 1.2", tls({ min_version: "TLS12" }), /min_version/],
    ["files beside it", tls({ cert_file: "a.pem", key_file: "a.key" }), /cert_file is not known/],
    ["no key", tls({ key: "" }), /cert and key are not both in it/],
    ["a leaf as authority", tls({ client_ca: leaf.pem }), /is no root/],
    ["a leaf beside the authority", tls({ client_ca: root.pem + leaf.pem }), /is no root/],
    ["text beside the authority", tls({ client_ca: `${root.pem}more` }), /certificates only/],
    ["no authority", tls({ client_ca: undefined }), /client_ca is not in it/],
    ["a cheap hash", { ...good, basic_auth_users: { a: `$2y$04$${"a".repeat(53)}` } }, /cost below 10/],
    ["a password in clear", { ...good, basic_auth_users: { a: "hunter2" } }, /is no bcrypt hash/],
    ["a key of another version", { ...good, oauth2: {} }, /oauth2 is not known/],
    ["headers", { ...good, http_server_config: { http2: false, headers: {} } }, /headers is not known/],
  ];
  for (const [what, found, message] of wrong) {
    it(`finds ${what}`, () => assert.match(checkWebConfig(found).join("; "), message));
  }

  it("shows no password and no key", () => {
    const told = checkWebConfig({ ...tls({ client_ca: leaf.key }), basic_auth_users: { a: "hunter2" } }).join("; ");
    assert.doesNotMatch(told, /hunter2|PRIVATE KEY/);
  });

  it("finds a key that is there twice, of which readers take different ones", () => {
    const text = webConfigText(input).replace(
      '"min_version"',
      '"client_auth_type": "NoClientCert",\n    "min_version"',
    );
    assert.match(checkWebConfigText(text).join(), /not JSON as/);
  });

  it("knows whom it admits", () => {
    const text = webConfigText(input);
    const admits = { clients: input.clientNames, authority: root.pem };
    assert.ok(isAdmitting(text, JSON.stringify(admits)));
    for (const other of [
      { clients: [...input.clientNames, "more.internal"] },
      { authority: leaf.pem },
      { clients: [] },
    ])
      assert.ok(!isAdmitting(text, JSON.stringify({ ...admits, ...other })));
  });
});
