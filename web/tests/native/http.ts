// fetch for a certificate authority of our own, and a browser as far as the auth server's pages need one: it keeps
// cookies, fills in forms, and stops where a redirect leaves the site.
import {request} from 'node:https';

type Fetch = (url: string, options?: {method?: string, headers?: Record<string, string>, body?: unknown}) => Promise<Response>;

// Node's own fetch takes no certificate authority.
export function fetchTrusting(ca: string): Fetch {
  return (url, options = {}) => new Promise((resolve, reject) => {
    const body = options.body === undefined || options.body === null ? undefined : String(options.body);
    const headers = {...options.headers, ...(body !== undefined && {'content-length': String(Buffer.byteLength(body))})};
    const sent = request(url, {method: options.method ?? 'GET', headers, ca}, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const pairs = Object.entries(answer.headersDistinct).flatMap(([name, values]) => (values ?? []).map((value) => [name, value] as [string, string]));
        const isEmpty = answer.statusCode === 204 || answer.statusCode === 304;
        resolve(new Response(isEmpty ? null : Buffer.concat(parts), {status: answer.statusCode ?? 500, headers: pairs}));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export class Browser {
  private readonly cookies = new Map<string, string>();
  constructor(private readonly fetch: Fetch, private readonly site: string) {}

  async open(url: string, form?: Record<string, string>): Promise<{location: string, page: string}> {
    const answer = await this.fetch(new URL(url, this.site).href, {
      method: form ? 'POST' : 'GET',
      headers: {
        'cookie': [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form && {'content-type': 'application/x-www-form-urlencoded', 'origin': this.site}),
      },
      body: form && new URLSearchParams(form),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      this.cookies.set(name, value);
    }
    return {location: answer.headers.get('location') ?? '', page: await answer.text()};
  }

  // Sends the form of a page with these fields.
  async send(page: string, fields: Record<string, string>): Promise<{location: string, page: string}> {
    const action = /action="([^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    if (action === undefined) throw new Error(`no form in ${page}`);
    return this.open(action, fields);
  }
}
