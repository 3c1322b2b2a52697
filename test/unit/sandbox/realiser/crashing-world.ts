/** A world that is killed while it makes hosts. Arguments: name of the layout, cache folder, image. */

import { layoutOf } from "@metrics-link/sandbox/model/layout.ts";
import { Realiser } from "@metrics-link/sandbox/realiser/index.ts";
import { awsAuthority, openAuthority } from "@metrics-link/sandbox/services/authority.ts";
import { instance, sender, topology } from "./sample.ts";

const [, , name, cache = "", imageRoot = ""] = process.argv;
const layout = layoutOf("/a/test", name, cache);
await openAuthority(layout.authorityDirectory, awsAuthority);
const realiser = new Realiser(layout, { imageRoot, authorityCertificate: layout.authorityCertificate });
const host = (id: string, privateAddress: string) =>
  instance(id, {
    subnetId: "subnet-a-private",
    privateAddress,
    volumes: [{ volumeId: `vol-${id}`, deviceName: "/dev/sdf", sizeGiB: 1 }],
  });
const instances = [host("i-0000000000000000c", "10.0.1.20"), host("i-0000000000000000d", "10.0.1.21")];
await realiser.start(topology.internetHosts);
await realiser.realise({ ...topology, vpcs: [{ ...sender, instances }] });
setInterval(() => {}, 60_000);
