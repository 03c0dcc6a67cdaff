// Writes src/generated/<service>.ts from openapi/<service>.yaml; with --check it only says whether they agree.
import {readFile, writeFile} from 'node:fs/promises';
import openapiTS, {astToString} from 'openapi-typescript';

const SERVICES = ['auth', 'auth-server', 'orders', 'payments'];
const isCheck = process.argv.includes('--check');
const stale = [];

for (const service of SERVICES) {
  const source = new URL(`../../openapi/${service}.yaml`, import.meta.url);
  const target = new URL(`src/generated/${service}.ts`, import.meta.url);
  const types = astToString(await openapiTS(source, {alphabetize: false}));
  const text = `// From openapi/${service}.yaml by \`npm run generate\`; not to be edited.\n${types}`;
  if (!isCheck) await writeFile(target, text);
  else if (text !== (await readFile(target, 'utf8').catch(() => ''))) stale.push(service);
}

if (stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run \`npm run generate\` in web/`);
  process.exit(1);
}
