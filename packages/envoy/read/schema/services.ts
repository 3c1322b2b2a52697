/** Whether a listener or a cluster is that of a metrics service or of a query service, by its name. */
export const isService = (name: string): boolean => /^(service|queries)-[a-z][a-z0-9-]{0,29}$/.test(name);

/** Whether it leads to what Prometheus' API reads, and not to one page. */
export const isOfQueries = (name: string): boolean => isService(name) && name.startsWith("queries-");
