// Sets from which port on any user of this host may bind. usage: keep-ports PORT
import { writeFileSync } from "node:fs";

writeFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", process.argv[2]);
