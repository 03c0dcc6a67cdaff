// After vite: the service worker with the list of what it keeps, and every text compressed once and for all.
import {createHash} from 'node:crypto';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {brotliCompress, constants, gzip} from 'node:zlib';
import {build} from 'esbuild';

const output = fileURLToPath(new URL('../../build/web/storefront/', import.meta.url));
const source = fileURLToPath(new URL('worker/service_worker.ts', import.meta.url));
const TEXT = /\.(html|js|css|svg|json|webmanifest)$/;

async function files(directory) {
  const entries = await readdir(directory, {withFileTypes: true});
  const lists = await Promise.all(entries.map((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  }));
  return lists.flat().sort();
}

const kept = (await files(output)).map((path) => relative(output, path));
const digest = createHash('sha256');
for (const path of kept) digest.update(path).update('\0').update(await readFile(join(output, path)));
await build({
  entryPoints: [source], outfile: join(output, 'sw.js'), bundle: true, minify: true, format: 'iife', target: 'es2022',
  define: {
    KEPT: JSON.stringify(kept.map((path) => `/shop/${path === 'index.html' ? '' : path}`)),
    VERSION: JSON.stringify(digest.digest('hex').slice(0, 16)),
  },
  logLevel: 'warning',
});

for (const path of (await files(output)).filter((each) => TEXT.test(each))) {
  const text = await readFile(path);
  const best = {params: {[constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length}};
  await writeFile(`${path}.br`, await promisify(brotliCompress)(text, best));
  await writeFile(`${path}.gz`, await promisify(gzip)(text, {level: 9}));
}
