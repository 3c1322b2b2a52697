/**
 * The keys of one namespace without its name. Keys of others are somebody else's business.
 * @param config as Pulumi's runtime hands it over: `namespace:key`, objects as JSON and everything else as text
 */
export function configurationOf(
  namespace: string,
  config: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const prefix = `${namespace}:`;
  const own = Object.entries(config)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), /^[[{]/.test(value) ? JSON.parse(value) : value] as const);
  return Object.fromEntries(own);
}
