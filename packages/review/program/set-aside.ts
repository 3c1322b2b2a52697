import { isList, isObject } from "./values.ts";

/** A configuration key by which a stack does without a protection that other stacks have. */
export interface SetAside {
  readonly key: string;
  readonly value: string;
  /** What the stack does without. */
  readonly what: string;
}

interface Key {
  readonly section: string;
  readonly key: string;
  /** Whether this value sets nothing aside. */
  readonly isUsual: (value: unknown) => boolean;
  readonly what: string;
}

const unset = (value: unknown) => value === undefined || value === false || value === "false";

const keys: readonly Key[] = [
  {
    section: "tools",
    key: "acceptUnpinned",
    isUsual: unset,
    what: "Tools without the hash of an official download are accepted: nobody outside this machine confirms them.",
  },
  {
    section: "pki",
    key: "root",
    isUsual: (value) => value === undefined || value === "offline",
    what: "The root's private key is in the stack's own state: anybody who reads the state can sign for this account.",
  },
  {
    section: "network",
    key: "documentationAddresses",
    isUsual: unset,
    what: "Addresses that RFC 5737 reserves for documentation are accepted as addresses of a peer.",
  },
  {
    section: "host",
    key: "forceRelease",
    isUsual: unset,
    what: "The host applies this release although it would drop samples that are not sent yet.",
  },
];

/**
 * What a stack's configuration sets aside; deviations from policies have a place of their own.
 * @param config the section `config` of its file, parsed
 */
export function setAside(config: Readonly<Record<string, unknown>>): SetAside[] {
  const set = keys.flatMap(({ section, key, isUsual, what }) => {
    const found = config[`metrics-link:${section}`];
    const value = isObject(found) ? found[key] : config[`metrics-link:${section}.${key}`];
    return isUsual(value) ? [] : [{ key: `${section}.${key}`, value: JSON.stringify(value), what }];
  });
  return [...set, ...outside(config)];
}

/** Files outside the repository, where no review sees a change. */
function outside(config: Readonly<Record<string, unknown>>): SetAside[] {
  const section = (name: string) => {
    const found = config[`metrics-link:${name}`];
    return isObject(found) ? found : {};
  };
  const { alertmanagers } = section("prometheus");
  const certificates = (isList(alertmanagers) ? alertmanagers : []).flatMap((one, index): [string, unknown][] => {
    const { ca, clientCertificate } = isObject(one) ? one : {};
    const key = `prometheus.alertmanagers[${index}]`;
    return [
      [`${key}.ca`, ca],
      [`${key}.clientCertificate.certificate`, isObject(clientCertificate) ? clientCertificate.certificate : undefined],
    ];
  });
  const named: [string, unknown][] = [["pki.artefacts", section("pki").artefacts], ...certificates];
  return named.flatMap(([key, value]) =>
    typeof value === "string" && value.startsWith("/")
      ? [
          {
            key,
            value: JSON.stringify(value),
            what: "It is outside the repository: no review compares its content.",
          },
        ]
      : [],
  );
}
