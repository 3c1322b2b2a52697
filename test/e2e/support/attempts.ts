import { on } from "./sandbox.ts";

/** Tries to connect to each address and to bind each port, and prints what came of it as JSON. */
const attempts = `
import json, socket, sys
asked = json.loads(sys.argv[1])
def tried(act):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            act(one)
            return "done"
        except OSError as error:
            return type(error).__name__
print(json.dumps({
    "connect": {f"{host}:{port}": tried(lambda one: one.connect((host, port))) for host, port in asked.get("connect", [])},
    "bind": {str(port): tried(lambda one: one.bind(("127.0.0.1", port))) for port in asked.get("bind", [])},
}))
`;

interface Asked {
  readonly connect?: readonly (readonly [string, number])[];
  readonly bind?: readonly number[];
}
type Found = Record<"connect" | "bind", Record<string, string>>;

/** Makes attempts as a user of a host, in a unit's own control group: held to whatever its processes are held to. */
export async function attempt(host: string, user: string, asked: Asked, unit?: string): Promise<Found> {
  const join =
    unit === undefined ? "" : `echo $$ > /sys/fs/cgroup/system.slice/metrics-link-${unit}.service/cgroup.procs;`;
  const script = `${join} exec setpriv --reuid="$0" --regid="$(id -g "$0")" --clear-groups python3 -c "$1" "$2"`;
  return JSON.parse(await on(host, "sh", "-ec", script, user, attempts, JSON.stringify(asked))) as Found;
}
