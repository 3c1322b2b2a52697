import { eventually } from "./eventually.ts";
import { on, sandbox } from "./sandbox.ts";

/** A scrape target on the loopback of a host, which a test writes in Python. */
export interface Target {
  /** Its unit's name. */
  readonly name: string;
  readonly port: number;
  /** The body of `def page(self):` of an http.server request handler, which calls `self.send(text, status)`. */
  readonly page: string;
}

const server = ({ port, page }: Target) => `
import base64, hashlib, http.server, random, time
class Page(http.server.BaseHTTPRequestHandler):
    def page(self):
${page.replaceAll(/^/gm, "        ")}
    def do_GET(self):
        self.page()
    def send(self, text, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(text.encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", ${port}), Page).serve_forever()
`;

/** Starts a target, and waits until it answers. @returns how to stop it */
export async function serve(host: string, target: Target): Promise<() => Promise<unknown>> {
  await on(host, "systemd-run", "--collect", "--quiet", `--unit=${target.name}`, "python3", "-c", server(target));
  await eventually(`${target.name} to answer`, async () => {
    const curl = ["curl", "--silent", "--output", "/dev/null", `http://127.0.0.1:${target.port}/`];
    return (await sandbox.world.exec(host, curl)).code === 0 ? true : undefined;
  });
  return () => on(host, "systemctl", "stop", target.name);
}
