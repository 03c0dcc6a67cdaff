// One connection to the platform's gateway: a typed client per service, and the bearer token of whoever is signed in.
import createClient, {type Client, type Middleware} from 'openapi-fetch';
import type {paths as AuthPaths} from './generated/auth.ts';
import type {paths as OrderPaths} from './generated/orders.ts';
import type {paths as PaymentPaths} from './generated/payments.ts';

export interface Connection {
  baseUrl: string;
  // The access token to send, renewed if need be; nothing for what anybody may see.
  token: () => Promise<string | undefined>;
  fetch?: (request: Request) => Promise<Response>;
  // After this long without an answer's head a request counts as lost.
  timeoutMs?: number;
}

export interface Platform {
  people: Client<AuthPaths>;
  orders: Client<OrderPaths>;
  payments: Client<PaymentPaths>;
  // A stream for as long as it lasts: no time limit but the signal's.
  open: (path: string, accept: string, signal: AbortSignal, more?: Record<string, string>) => Promise<Response>;
}

export function connect(connection: Connection): Platform {
  const send = connection.fetch ?? ((request: Request) => fetch(request));
  const timeoutMs = connection.timeoutMs ?? 15_000;
  const limited = async (request: Request): Promise<Response> => {
    const abort = new AbortController();
    request.signal.addEventListener('abort', () => abort.abort(request.signal.reason), {once: true});
    const alarm = setTimeout(() => abort.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
    try {
      return await send(new Request(request, {signal: abort.signal}));
    } finally {
      clearTimeout(alarm);
    }
  };
  const bearer: Middleware = {
    async onRequest({request}) {
      const token = await connection.token();
      if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`);
      return request;
    },
  };
  const client = <Paths extends object>(): Client<Paths> => {
    const made = createClient<Paths>({baseUrl: connection.baseUrl, fetch: limited});
    made.use(bearer);
    return made;
  };
  return {
    people: client<AuthPaths>(),
    orders: client<OrderPaths>(),
    payments: client<PaymentPaths>(),
    async open(path, accept, signal, more = {}) {
      const headers = new Headers({Accept: accept, ...more});
      const token = await connection.token();
      if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
      return send(new Request(connection.baseUrl + path, {headers, signal, cache: 'no-store'}));
    },
  };
}

// New for each intention, the same for every repetition of it.
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
