import { types } from "@metrics-link/policy/model/resources.ts";
import { resource } from "../support/example.ts";
import { specify, unknown } from "../support/specification.ts";

specify("disks-are-encrypted", {
  passes: {
    "a volume": resource(types.volume, { encrypted: true }),
    "a host": resource(types.instance, { rootBlockDevice: { encrypted: true } }),
  },
  fails: {
    "a volume that is not": [resource(types.volume, {}), /encrypted is not true/],
    "a root disk that is not": [resource(types.instance, {}), /rootBlockDevice/],
    "another disk": [
      resource(types.instance, { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdx" }] }),
      /\/dev\/sdx is not encrypted/,
    ],
  },
  undecidable: {
    "whether it is": resource(types.volume, { encrypted: unknown }),
  },
});
