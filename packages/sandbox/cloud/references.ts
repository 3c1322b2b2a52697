/** Whether a value, or anything in it, is this text: how resources name each other. */
export function names(value: unknown, text: string): boolean {
  if (value === text) return true;
  return typeof value === "object" && value !== null && Object.values(value).some((member) => names(member, text));
}
