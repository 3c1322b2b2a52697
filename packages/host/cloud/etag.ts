import { createHash } from "node:crypto";

/** From here on the provider uploads in parts, and S3's ETag is no MD5 of the content (SDK, manager.DefaultUploadPartSize). */
const partBytes = 5 * 1024 * 1024;

/**
 * The ETag that S3 has for this content in a bucket with S3's own encryption: its MD5 in hexadecimal. The provider never
 * reads an object's content back; it compares this at each refresh, so that a refresh, and with it the audit, sees what
 * somebody else has written over a pointer or boot code (docs/decisions/0724). Not a protection: hosts compare SHA-256.
 * @returns undefined for content that the provider uploads in parts; what is that long is named by its hash
 */
export function etagOf(content: string | Uint8Array): string | undefined {
  if (Buffer.byteLength(content) >= partBytes) return undefined;
  return createHash("md5").update(content).digest("hex");
}
