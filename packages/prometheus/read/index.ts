export { jobsIn, type PlacedText, placedText, scrapeFileKey } from "./scrape-file.ts";
export { readYaml, type YamlFault, type YamlReading } from "./yaml.ts";
