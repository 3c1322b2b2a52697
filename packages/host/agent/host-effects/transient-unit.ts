/** What a program may do that is only asked for its opinion of a file: read, compute, say (systemd.exec). */
const properties = [
  "CapabilityBoundingSet=",
  "NoNewPrivileges=yes",
  "PrivateDevices=yes",
  "PrivateNetwork=yes",
  "PrivateTmp=yes",
  "ProtectHome=yes",
  "ProtectSystem=strict",
  "ProtectProc=invisible",
  "RestrictNamespaces=yes",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged",
];

/**
 * The command line that has systemd run a command as a user, in a unit of its own that ends with it. So the agent needs no
 * power to become somebody else, and what it asks about can do nothing to the host.
 */
export function inTransientUnit(
  argv: readonly string[],
  { user, cwd }: { readonly user: string; readonly cwd: string },
): string[] {
  return [
    ...["systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec"],
    ...[`--uid=${user}`, `--gid=${user}`, `--working-directory=${cwd}`],
    ...properties.map((property) => `--property=${property}`),
    "--",
    ...argv,
  ];
}
