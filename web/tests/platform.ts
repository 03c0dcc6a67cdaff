// A platform for one run of the browser: `gatehouse up --detach` in a directory of its own, on free ports.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const ROLES = ['registry', 'provider-sim', 'auth', 'payments', 'orders', 'auth-server', 'gateway'];

export const source = process.env['GATEHOUSE_SOURCE'] ?? '';
const program = process.env['GATEHOUSE'] ?? '';

// Below the range from which the kernel serves outgoing connections: a role that starts again must find its port free.
// Above those that the tests in C++ take.
async function freePorts(count: number): Promise<number[]> {
  const isFree = (port: number): Promise<boolean> => new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 32_000 + Math.floor(Math.random() * 768);
    if (!ports.has(port) && await isFree(port)) ports.add(port);
  }
  return [...ports];
}

export class Platform {
  readonly data = mkdtempSync(join(tmpdir(), 'shop-'));
  port = 0;

  get url(): string {
    return `https://localhost:${this.port}`;
  }

  async start(): Promise<void> {
    const [http, https, admin, ...ports] = await freePorts(3 + ROLES.length);
    this.port = https ?? 0;
    const realm = this.write('realm.json', this.config('realm.json').replaceAll('localhost:8443', `localhost:${this.port}`));
    const products = JSON.parse(this.config('products.json')) as {products: {sku: string; stock: number}[]};
    for (const product of products.products) if (product.sku === 'stool-oak') product.stock = 2;
    const settings: Record<string, object> = {
      'auth': {realm_import: realm}, 'auth-server': {realm_import: realm},
      'orders': {products: this.write('products.json', JSON.stringify(products))},
    };
    const roles = Object.fromEntries(ROLES.map((role, index) => [role, {port: ports[index], ...(settings[role] && {settings: settings[role]})}]));
    this.write('platform.json', JSON.stringify({gateway: {http_port: http, https_port: https, admin_port: admin}, roles}));
    const up = this.run('up', '--detach');
    if (up.status !== 0) throw new Error(`gatehouse up: ${up.stdout}${up.stderr}`);
  }

  stop(): void {
    this.run('down');
    rmSync(this.data, {recursive: true, force: true});
  }

  passwordOf(username: string): string {
    const table = readFileSync(join(this.data, 'credentials.txt'), 'utf8');
    const found = new RegExp(`^${username} +(\\S+)`, 'm').exec(table);
    if (found?.[1] === undefined) throw new Error(`no account ${username}`);
    return found[1];
  }

  run(...words: string[]) {
    return spawnSync(program, [words[0] ?? '', '--data', this.data, ...words.slice(1)], {encoding: 'utf8', timeout: 60_000});
  }

  private config(name: string): string {
    return readFileSync(join(source, 'config', name), 'utf8');
  }

  private write(name: string, text: string): string {
    const path = join(this.data, name);
    writeFileSync(path, text);
    return path;
  }
}
