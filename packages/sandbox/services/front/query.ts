/** The query protocol of EC2 and Elastic Load Balancing: forms in, XML out. */
import { escapeXml } from "./scope.ts";

/** A call in the query protocol. */
export interface Call {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a call returns, in plain objects; a list is an array. */
export type Answer = {
  readonly [member: string]: string | number | boolean | Answer | readonly Answer[] | readonly string[] | undefined;
};

export function callIn(body: Buffer): Call {
  const parameters = Object.fromEntries(new URLSearchParams(body.toString()));
  return { action: parameters.Action ?? "", parameters };
}

/** An answer as EC2 (members of lists are `item`) or any other service (`member`, in a result) writes it. */
export function xmlOf(service: string, action: string, answer: Answer): string {
  const isEc2 = service === "ec2";
  const members = elements(answer, isEc2 ? "item" : "member");
  const result = isEc2 ? members : `<${action}Result>${members}</${action}Result>`;
  return `<?xml version="1.0" encoding="UTF-8"?><${action}Response>${result}</${action}Response>`;
}

function elements(answer: Answer, member: "item" | "member"): string {
  return Object.entries(answer)
    .map(([name, value]) => {
      if (value === undefined) return "";
      return `<${name}>${contentOf(value, member)}</${name}>`;
    })
    .join("");
}

function contentOf(value: Exclude<Answer[string], undefined>, member: "item" | "member"): string {
  if (isList(value)) return value.map((one) => `<${member}>${contentOf(one, member)}</${member}>`).join("");
  return typeof value === "object" ? elements(value, member) : escapeXml(String(value));
}

const isList = (value: unknown): value is readonly (Answer | string)[] => Array.isArray(value);
