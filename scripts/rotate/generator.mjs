// @ts-check
// Serves as many series as its argument says on 127.0.0.1:9400, each with a new value at every scrape.
import { createServer } from "node:http";

const series = Number(process.argv[2]);
const names = Array.from({ length: series }, (_, index) => `load_value{series="${index}",group="${index % 100}"} `);
let scrape = 0;

createServer((_request, response) => {
  scrape += 1;
  response.setHeader("content-type", "text/plain; version=0.0.4");
  response.end(`# TYPE load_value gauge\n${names.map((name, index) => `${name}${scrape + index}\n`).join("")}`);
}).listen(9400, "127.0.0.1");
