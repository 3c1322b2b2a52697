import { envoyFiles, envoyFlags, listenerOf, releaseFiles, renderServices } from "@metrics-link/envoy";
import { toJson, twinOf } from "@metrics-link/envoy/read/index.ts";
import { servicesUnit } from "@metrics-link/host";
import { hostPaths, ports, textsOf } from "@metrics-link/release";
import { type ReadService, serviceMaterial } from "@metrics-link/stacks/metrics-services.ts";

/** A file of a bundle, by its path in it. */
export interface BundleFile {
  readonly path: string;
  readonly content: string;
}

/** What `check.sh` has Envoy validate. On a host of a stack the agent makes it; such a machine has none. */
const staticTwin = "envoy/static-twin.json";

/** Where Envoy lies on such a machine. */
const program = "/usr/local/bin/envoy";

/**
 * Everything but the private keys: Envoy's files as a host of a stack gets them, a unit, a check, and what to do with them.
 * @throws InvalidInputError when the configuration would open more than the declared pages
 */
export function bundleOf(machine: string, services: readonly ReadService[]): readonly BundleFile[] {
  const rendered = services.map((service) => service.rendered);
  const files = envoyFiles(renderServices({ nodeId: machine, services: rendered }), {
    certificateChain: "",
    rootBundles: {},
    services: serviceMaterial(services),
  });
  const clients = rendered.flatMap((one) => one.clients ?? []);
  const unit = servicesUnit({
    program,
    flags: envoyFlags(`${hostPaths.current}/${releaseFiles.bootstrap}`),
    listens: [...rendered.map(({ port }) => port), ports.envoyMetrics],
    addresses: clients.some(({ addresses }) => addresses.length === 0)
      ? []
      : clients.flatMap(({ addresses }) => addresses),
  });
  const keys = services.flatMap(({ rendered, tls }) =>
    tls === undefined ? [] : [releaseFiles.service(listenerOf(rendered))],
  );
  return [
    ...files.map(({ path, content }) => ({ path, content })),
    { path: staticTwin, content: toJson(twinOf(textsOf(files))) },
    { path: "metrics-link-services.service", content: unit },
    { path: "check.sh", content: checkScript(keys) },
    { path: "README.md", content: readme(machine, keys) },
  ];
}

type ServiceFiles = ReturnType<typeof releaseFiles.service>;

/** Run in the bundle's folder, before it comes into force. */
const checkScript = (keys: readonly ServiceFiles[]) => `#!/bin/sh
# Says whether this bundle can come into force: keys fit their certificates, and Envoy takes the configuration.
set -eu
cd "$(dirname "$0")"
${keys
  .map(
    ({
      certificateChain,
      privateKey,
    }) => `test "$(openssl x509 -in ${certificateChain} -noout -pubkey)" = "$(openssl pkey -in ${privateKey} -pubout)" || {
  echo "${privateKey} is not the key of ${certificateChain}" >&2
  exit 1
}
openssl x509 -in ${certificateChain} -noout -checkend 0`,
  )
  .join("\n")}
${program} --mode validate --config-path ${staticTwin}
`;

const readme = (machine: string, keys: readonly ServiceFiles[]) => `# Metrics services of ${machine}

Envoy reads these files below ${hostPaths.current}, a link that is replaced as a whole. As root:

1. Once: a user and a group \`envoy\` without a shell, and Envoy as ${program}.
2. Copy this folder to ${hostPaths.releases}/NAME, where NAME is new each time, owned by root:envoy and not readable by others.
${keys.map(({ privateKey }) => `3. Put the private key into \`${privateKey}\`, mode 0400, owned by envoy.`).join("\n")}
4. \`su -s /bin/sh envoy -c ${hostPaths.releases}/NAME/check.sh\`
5. \`ln -s ${hostPaths.releases}/NAME ${hostPaths.base}/current.new && mv -T ${hostPaths.base}/current.new ${hostPaths.current}\`
6. The first time, and when anything but certificates, keys and roots has changed: copy metrics-link-services.service to /etc/systemd/system,
   \`systemctl daemon-reload\`, \`systemctl enable metrics-link-services\`, \`systemctl restart metrics-link-services\`.

Step 5 alone brings another certificate into force, without a restart and without a failed scrape.
`;
