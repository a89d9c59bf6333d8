// The oracle of the app-config simulator: JSON lines on stdin, JSON lines on stdout, in order. Requests:
//   {"tree": {"a.yaml": "text", ...}, "files": ["a.yaml", ...] (order of --config), "env": {"NAME": "value"}}
//       -> {"value": what a backend would see} or {"error": {"name", "message"}}; the directory reads as <dir>
//   {"yaml": "text"} -> {"value": what the loader would make of the text} or {"error": ...}
// Numbers that JSON does not know are written as {"\u0000": "NaN"}.
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { createRequire } = require('node:module');

const packages = createRequire(path.join(process.argv[2], 'package.json'));
const { ConfigSources } = packages('@backstage/config-loader');
const yaml = packages('yaml');

const memory = '/dev/shm';
const scratch = fs.mkdtempSync(path.join(fs.existsSync(memory) ? memory : os.tmpdir(), 'rhdh-orchestrator-oracle-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
process.emitWarning = () => {}; // yaml warns of unknown tags and of collections as keys

function plain(value) {
  if (typeof value === 'number' && !Number.isFinite(value)) return { '\u0000': String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

async function effective({ tree, files, env }, dir) {
  for (const [name, text] of Object.entries(tree)) {
    const file = path.join(dir, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  const source = ConfigSources.default({
    argv: files.flatMap(file => ['--config', path.join(dir, file)]),
    env,
    watch: false,
    // Without this the loader would substitute from the environment of this process.
    substitutionFunc: async name => (Object.hasOwn(env, name) ? env[name].trim() : undefined),
  });
  const config = await ConfigSources.toConfig(source);
  try {
    return config.get();
  } finally {
    config.close();
  }
}

let counter = 0;

async function answer(request) {
  const dir = path.join(scratch, String(counter++));
  try {
    return { value: plain('yaml' in request ? yaml.parse(request.yaml) : await effective(request, dir)) };
  } catch (error) {
    return { error: { name: error.name, message: String(error.message).replaceAll(dir, '<dir>') } };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.trim()) process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
})();
