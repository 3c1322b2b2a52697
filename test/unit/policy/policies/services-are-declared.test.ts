import { withQueries, withService } from "../../../program/policy/support/service.ts";
import { specifyRelease } from "../support/specification.ts";

for (const role of ["sender", "receiver"] as const) {
  specifyRelease("services-are-declared", role, {
    "a service that nobody declared": [(it) => withService(it), /service-debug is no declared service/],
    "a query service that nobody declared": [(it) => withQueries(it), /queries-debug is no declared service/],
  });
}
