export { jobsIn, placedText } from "./scrape-file.ts";
export { readYaml, type YamlFault, type YamlReading } from "./yaml.ts";
