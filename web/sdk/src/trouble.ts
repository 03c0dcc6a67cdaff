// What can go wrong with a request, as one type: an answer that says no, or no answer at all.

interface Told {
  status: number; // 0: there was no answer, so nobody knows whether the request had its effect
  code: string; // stable: a problem document's `code`, else `unreachable`, `timeout` or `http_<status>`
  detail?: string | undefined;
  retryAfterSeconds?: number | undefined;
  requestId?: string | undefined; // the gateway's, which its log and its trace know
}

export class Trouble extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;

  constructor(told: Told) {
    super(told.detail ?? told.code);
    this.name = 'Trouble';
    this.status = told.status;
    this.code = told.code;
    this.detail = told.detail;
    this.retryAfterSeconds = told.retryAfterSeconds;
    this.requestId = told.requestId;
  }

  // Nothing was heard, or only from a gateway that heard nothing: the request may have had its effect.
  get isUnanswered(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }

  // The same request may do better in a moment.
  get isPassing(): boolean {
    return this.isUnanswered || this.status === 429 || this.status === 503;
  }

  static of(thrown: unknown): Trouble {
    if (thrown instanceof Trouble) return thrown;
    const isLate = thrown instanceof DOMException && thrown.name === 'TimeoutError';
    return new Trouble({status: 0, code: isLate ? 'timeout' : 'unreachable'});
  }

  static ofResponse(response: Response, body: unknown): Trouble {
    const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const wait = Number(response.headers.get('Retry-After') ?? NaN);
    return new Trouble({
      status: response.status,
      code: typeof problem['code'] === 'string' ? problem['code'] : `http_${response.status}`,
      detail: typeof problem['detail'] === 'string' ? problem['detail'] : undefined,
      retryAfterSeconds: Number.isFinite(wait) && wait >= 0 ? wait : undefined,
      requestId: response.headers.get('X-Kong-Request-Id') ?? undefined,
    });
  }
}

// What openapi-fetch's methods resolve to.
export interface Reply<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

// The data of a good answer; throws Trouble for everything else.
export async function answered<Data>(asking: Promise<Reply<Data>>): Promise<{data: Data; response: Response}> {
  const reply = await asking.catch((thrown: unknown) => {
    throw Trouble.of(thrown);
  });
  if (!reply.response.ok) throw Trouble.ofResponse(reply.response, reply.error);
  return {data: reply.data as Data, response: reply.response};
}
