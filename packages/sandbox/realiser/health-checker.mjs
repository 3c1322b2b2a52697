// Runs inside a VPC's network namespace (see health.ts): checks targets as load balancer nodes do, and tells the parent
// what changed. Plain JavaScript, because it must start under any loader.
import http from "node:http";
import net from "node:net";

/** @typedef {import("./health.ts").HealthCheck} HealthCheck */

/** @type {Map<string, {check: HealthCheck, state: string, passes: number, failures: number, timer: NodeJS.Timeout}>} */
const running = new Map();

process.on("disconnect", () => process.exit(0));
process.on("message", (/** @type {HealthCheck[]} */ checks) => {
  for (const [key, { check, timer }] of running) {
    if (checks.some((wanted) => JSON.stringify(wanted) === JSON.stringify(check))) continue;
    clearInterval(timer);
    running.delete(key);
  }
  for (const check of checks) {
    if (running.has(check.key)) continue;
    const timer = setInterval(() => examine(check), check.intervalSeconds * 1000);
    running.set(check.key, { check, state: "initial", passes: 0, failures: 0, timer });
    examine(check);
  }
});

async function examine(/** @type {HealthCheck} */ check) {
  const problem = await (check.protocol === "HTTP" ? requestPage(check) : connect(check));
  const target = running.get(check.key);
  // Taken out of service while it was being examined.
  if (!target || target.check !== check) return;
  target.passes = problem ? 0 : target.passes + 1;
  target.failures = problem ? target.failures + 1 : 0;
  const needed = target.state === "initial" ? 1 : check.healthyThreshold;
  const state = problem
    ? target.failures >= check.unhealthyThreshold && "unhealthy"
    : target.passes >= needed && "healthy";
  if (!state || state === target.state) return;
  target.state = state;
  process.send({ key: check.key, state, ...(problem ? { reason: problem } : {}) });
}

/** Resolves to what is wrong, or to nothing. */
function connect(/** @type {HealthCheck} */ { address, port, localAddress, timeoutMs }) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port, localAddress });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    socket.once("error", (error) => resolve(error.message));
    socket.once("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

function requestPage(/** @type {HealthCheck} */ { address, port, path, localAddress, timeoutMs }) {
  return new Promise((resolve) => {
    const options = { host: address, port, path, localAddress, agent: false, timeout: timeoutMs };
    const request = http.get(options, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode >= 200 && statusCode < 400 ? undefined : `status ${statusCode}`);
    });
    request.once("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.once("error", (error) => resolve(error.message));
  });
}
