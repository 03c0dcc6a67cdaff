// Runs the TypeScript tests of a workspace: compiled with esbuild, then node's own test runner, which Node 18 has.
//   node ../scripts/run_tests.mjs FOLDER      every *.test.ts below FOLDER of the current workspace
import {spawnSync} from 'node:child_process';
import {mkdtempSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const folder = process.argv[2] ?? 'src';
const below = (directory) => readdirSync(directory, {withFileTypes: true}).flatMap((entry) => {
  const path = join(directory, entry.name);
  return entry.isDirectory() ? below(path) : path.endsWith('.test.ts') ? [path] : [];
});
const tests = below(folder);
if (tests.length === 0) throw new Error(`no tests below ${folder}`);

// Beside node_modules, so that packages which are left outside the bundle are found.
const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
mkdirSync(cache, {recursive: true});
const outdir = mkdtempSync(join(cache, 'tests-'));
try {
  await build({entryPoints: tests, outdir, outbase: '.', bundle: true, platform: 'node', format: 'esm', target: 'node18',
               packages: 'external', alias: {'@gatehouse/sdk': fileURLToPath(new URL('../sdk/src/index.ts', import.meta.url))},
               outExtension: {'.js': '.mjs'}, sourcemap: 'inline', logLevel: 'warning'});
  const compiled = tests.map((path) => join(outdir, relative('.', path).replace(/\.ts$/, '.mjs')));
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...compiled], {stdio: 'inherit'});
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outdir, {recursive: true, force: true});
}
