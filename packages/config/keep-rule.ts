const prefix = "keeps-";

/**
 * What a review calls its demand that a resource stays (docs/decisions/0411). Policies cannot make it, for they never
 * see what goes; a deviation may name it like a policy.
 */
export const keepRule = (resource: string): string => `${prefix}${resource}`;

export const isKeepRule = (name: string): boolean => name.startsWith(prefix);
