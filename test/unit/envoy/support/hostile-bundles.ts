import fc from "fast-check";

/** A PEM block as a hostile peer may write it. */
interface Block {
  readonly der: Buffer;
  readonly begin: string;
  readonly end: string;
  readonly width: number;
  readonly newline: string;
  readonly indent: string;
  readonly headers: string;
}

const mostly = <Value>(usual: Value, ...others: Value[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });

const text = ({ der, begin, end, width, newline, indent, headers }: Block): string => {
  const base64 = der.toString("base64").match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  const lines = [`-----BEGIN ${begin}-----`, ...(headers === "" ? [] : [headers, ""]), ...base64];
  return [...lines, `-----END ${end}-----`].map((line) => `${indent}${line}${newline}`).join("");
};

/** What stands between blocks. */
const between = mostly("", "\n", "\r\n", " ", "\t", "junk\n", "# a comment\n", "\uFEFF", "\u0000", "-----", "-----\n");

function blockOf(certificates: readonly Buffer[]): fc.Arbitrary<string> {
  const one = fc.constantFrom(...certificates);
  const der = fc.oneof(
    { weight: 12, arbitrary: one },
    { weight: 1, arbitrary: fc.tuple(one, one).map((pair) => Buffer.concat(pair)) },
    {
      weight: 1,
      arbitrary: fc.tuple(one, fc.nat(), fc.integer({ min: 0, max: 7 })).map(([bytes, at, bit]) => {
        const flipped = Buffer.from(bytes);
        flipped[at % flipped.length] = (flipped[at % flipped.length] ?? 0) ^ (1 << bit);
        return flipped;
      }),
    },
    { weight: 1, arbitrary: fc.tuple(one, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % bytes.length)) },
  );
  const labels = ["X509 CERTIFICATE", "TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "X509 CRL", "PKCS7", "certificate"];
  const label = mostly("CERTIFICATE", ...labels);
  return fc
    .record({
      der,
      begin: label,
      // Absent: as it begins.
      end: mostly<string | undefined>(undefined, "CERTIFICATE", ...labels),
      width: mostly(64, 1, 48, 76, 253, 254, 100_000),
      newline: mostly("\n", "\r\n", "\r", " \n", ""),
      indent: mostly("", " ", "\t"),
      headers: mostly("", "Proc-Type: 4,ENCRYPTED", "X: y"),
    })
    .map(({ end, ...block }) => text({ ...block, end: end ?? block.begin }));
}

/** Bundles put together from certificates, DER: valid, strange, relabelled, spoilt, cut off, run together. */
export function hostileBundles(certificates: readonly Buffer[]): fc.Arbitrary<string> {
  const block = fc.tuple(between, blockOf(certificates), between).map((parts) => parts.join(""));
  const whole = fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => blocks.join(""));
  return fc.oneof(
    { weight: 20, arbitrary: whole },
    { weight: 1, arbitrary: fc.tuple(whole, fc.nat()).map(([bundle, at]) => bundle.slice(0, at % bundle.length)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
  );
}
