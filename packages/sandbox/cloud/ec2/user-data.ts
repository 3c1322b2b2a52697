/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html: "limited to 16 KB, in raw form". */
const MAX_BYTES = 16 * 1024;

/** What is wrong with user data as EC2 takes it, in base64, or undefined. */
export function userDataFault(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    return "InvalidUserData.Malformed: invalid base64 encoding of user data";
  }
  const bytes = Buffer.from(base64, "base64").length;
  if (bytes <= MAX_BYTES) return undefined;
  return `InvalidParameterValue: user data is limited to ${MAX_BYTES} bytes before base64, and this has ${bytes}`;
}
