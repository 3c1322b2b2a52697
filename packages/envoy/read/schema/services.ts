/** Whether a listener or a cluster is that of a metrics service, by its name. */
export const isService = (name: string): boolean => /^service-[a-z][a-z0-9-]{0,29}$/.test(name);
