/** A file of a repository; two files are the same when all three fields are. */
export interface SourceFile {
  /** As git writes it: 100644, 100755 for a file that may be executed, 120000 for a link, 160000 for a submodule. */
  readonly mode: "100644" | "100755" | "120000" | "160000";
  readonly encoding: "utf8" | "base64";
  /** The bytes of a file, where a link leads, or the commit of a submodule. */
  readonly content: string;
}

/** Files by path. */
export type Files = ReadonlyMap<string, SourceFile>;

/** A file by its bytes; bytes that are not UTF-8 as base64. */
export function sourceFile(mode: SourceFile["mode"], bytes: Buffer): SourceFile {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes)
    ? { mode, encoding: "utf8", content: text }
    : { mode, encoding: "base64", content: bytes.toString("base64") };
}

export const bytesOf = ({ encoding, content }: SourceFile): Buffer => Buffer.from(content, encoding);

export const isSameFile = (one: SourceFile | undefined, other: SourceFile | undefined): boolean =>
  one?.mode === other?.mode && one?.encoding === other?.encoding && one?.content === other?.content;

const kinds = { 100644: "file", 100755: "executable file", 120000: "link", 160000: "submodule" } as const;

/** What a file is, apart from its content. */
export const kindOf = ({ mode, encoding }: SourceFile): string =>
  `${kinds[mode]}${encoding === "utf8" ? "" : ", in base64"}`;

/** A file for a list of differences: text as it is, everything else with what it is. */
export const plainOf = (file: SourceFile): unknown =>
  file.mode === "100644" && file.encoding === "utf8" ? file.content : { kind: kindOf(file), content: file.content };
