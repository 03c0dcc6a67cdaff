// Follows one order: the service's event stream while it lasts, and asking again and again where there is none.
import type {Platform} from './connect.ts';
import {EventStream} from './event_stream.ts';
import type {components} from './generated/orders.ts';
import {answered, Trouble} from './trouble.ts';

type Order = components['schemas']['Order'];

export interface Sight {
  order?: Order;
  // How it is followed at this moment. `lost`: no answer; it goes on trying.
  by: 'stream' | 'asking' | 'lost';
  trouble?: Trouble;
}

export interface Following {
  // Between two questions, in milliseconds; a failure doubles it, up to askMsMax.
  askMs?: number;
  askMsMax?: number;
  // After so many questions the stream is tried again.
  asksPerStream?: number;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

// Reports until nothing will happen to the order any more, until the signal aborts, or until the answer is final (401,
// 403, 404), which it throws.
export async function follow(platform: Platform, id: string, signal: AbortSignal, report: (sight: Sight) => void,
                             options: Following = {}): Promise<void> {
  const {askMs = 1500, askMsMax = 15_000, asksPerStream = 8, wait = pause} = options;
  let pauseMs = askMs;
  const last: Last = {eventId: ''};
  const noting = (sight: Sight) => {
    last.order = sight.order ?? last.order;
    report(sight);
  };
  while (!signal.aborted) {
    const wasStream = await readStream(platform, id, signal, last, noting).catch((thrown: unknown) => {
      if (isFinal(Trouble.of(thrown))) throw thrown;
      return false;
    });
    if (isOver(last.order)) return;
    if (wasStream) {
      await wait(askMs, signal);
      continue;
    }
    for (let asked = 0; asked < asksPerStream && !signal.aborted; asked++) {
      try {
        noting({order: await ask(platform, id, signal), by: 'asking'});
        pauseMs = askMs;
        if (isOver(last.order)) return;
      } catch (thrown) {
        if (signal.aborted) return;
        const trouble = Trouble.of(thrown);
        if (isFinal(trouble)) throw trouble;
        report({by: 'lost', trouble});
        pauseMs = Math.min(pauseMs * 2, askMsMax);
      }
      await wait(pauseMs, signal);
    }
  }
}

async function ask(platform: Platform, id: string, signal: AbortSignal): Promise<Order> {
  const reply = platform.orders.GET('/orders/{id}', {params: {path: {id}}, signal, cache: 'no-store'});
  return (await answered(reply)).data;
}

interface Last {
  eventId: string;
  order?: Order | undefined;
}

function isOver(order: Order | undefined): boolean {
  return order?.status === 'cancelled';
}

// Whether there was a stream, which ends now and then: it goes on after the last event.
async function readStream(platform: Platform, id: string, signal: AbortSignal, last: Last,
                          report: (sight: Sight) => void): Promise<boolean> {
  const response = await platform.open(`/orders/${encodeURIComponent(id)}/events`, 'text/event-stream', signal,
                                       last.eventId === '' ? {} : {'Last-Event-ID': last.eventId});
  if (!response.ok) throw Trouble.ofResponse(response, undefined);
  const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream') ?? false;
  if (!isStream || response.body === null) return false;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const stream = new EventStream();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return true;
      for (const event of stream.take(decoder.decode(value, {stream: true}))) {
        const order = orderOf(event.data);
        if (order === undefined) continue;
        last.eventId = event.id;
        report({order, by: 'stream'});
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function orderOf(data: string): Order | undefined {
  try {
    const value: unknown = JSON.parse(data);
    const isOrder = typeof value === 'object' && value !== null && 'id' in value && 'status' in value;
    return isOrder ? (value as Order) : undefined;
  } catch {
    return undefined;
  }
}

// A stream that is refused may still be asked for (an older service has none: 404); an order that is, may not.
function isFinal(trouble: Trouble): boolean {
  return trouble.status === 401 || trouble.status === 403 || trouble.code === 'unknown_order';
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, {once: true});
  });
}
