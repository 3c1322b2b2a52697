/**
 * Starts the plugin whose folder is the first argument: plain JavaScript, so that a Node that cannot run TypeScript
 * gets a clear message instead of a syntax error.
 */
const [, , folder, ...rest] = process.argv;

if (process.features.typescript !== "strip") {
  process.stderr.write(
    `The sandbox's Pulumi plugins need Node 24 first on PATH, but ${process.execPath} is ${process.version}.\n` +
      'In the repository, eval "$(npm run -s sandbox -- env)" sets PATH.\n',
  );
  process.exit(1);
}

process.argv.splice(2, process.argv.length - 2, ...rest);
await import(`../${folder}/main.ts`);
