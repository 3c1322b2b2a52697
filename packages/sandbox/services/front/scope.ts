/** The credential scope of a request's SigV4 header, and error responses in the protocol of its service. */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: "s3", "secretsmanager", ... */
  readonly service: string;
}

/**
 * The credential scope of an `Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request` header.
 */
export function credentialScope(authorization: string | undefined): CredentialScope | undefined {
  const match = /^AWS4-HMAC-SHA256\s+Credential=([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/.exec(
    authorization ?? "",
  );
  const [, accessKeyId, region, service] = match ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined;
  return { accessKeyId, region, service };
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Refuses in the protocol that the caller's SDK will parse: JSON where it names a target, else XML. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, code, message } = refusal;
  const json = request.headers["x-amz-target"] !== undefined;
  const body = json
    ? JSON.stringify({ __type: code, message })
    : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>`;
  request.resume();
  response.writeHead(status, {
    "content-type": json ? "application/x-amz-json-1.1" : "application/xml",
    "x-amzn-errortype": code,
    "content-length": Buffer.byteLength(body),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c] ?? c);
}
