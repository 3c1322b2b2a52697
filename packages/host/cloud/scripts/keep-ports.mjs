// Sets the first port that unprivileged users of this host may bind. usage: keep-ports PORT
import { writeFileSync } from "node:fs";

writeFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", process.argv[2]);
