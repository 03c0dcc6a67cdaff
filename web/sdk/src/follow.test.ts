import assert from 'node:assert/strict';
import {test} from 'node:test';
import {connect, follow, Trouble, type Sight} from './index.ts';

type Answer = (request: Request) => Response | Promise<Response>;

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), {status, headers: {'Content-Type': 'application/json'}});
const order = (status: string, version: number) => ({id: 'ord_1', status, version});
const events = (...orders: object[]) =>
  new Response(orders.map((each) => `id: ${'version' in each ? each.version : ''}\ndata: ${JSON.stringify(each)}\n\n`).join(''),
               {headers: {'Content-Type': 'text/event-stream'}});

// Follows until the answers are used up.
async function sights(answers: Answer[]): Promise<{seen: Sight[]; paths: string[]; waits: number[]}> {
  const seen: Sight[] = [];
  const paths: string[] = [];
  const waits: number[] = [];
  const abort = new AbortController();
  const platform = connect({
    baseUrl: 'https://gatehouse.test',
    token: async () => 'token',
    async fetch(request) {
      assert.equal(request.headers.get('Authorization'), 'Bearer token');
      paths.push(new URL(request.url).pathname);
      const answer = answers.shift();
      if (answers.length === 0) abort.abort();
      return answer === undefined ? json(500, {}) : answer(request);
    },
  });
  await follow(platform, 'ord_1', abort.signal, (sight) => seen.push(sight), {
    askMs: 10, askMsMax: 40, asksPerStream: 2, wait: async (ms) => void waits.push(ms),
  });
  return {seen, paths, waits};
}

test('orders come from the stream while it lasts', async () => {
  const {seen} = await sights([() => events(order('pending', 1), order('confirmed', 2)), () => json(500, {})]);
  assert.deepEqual(seen.slice(0, 2).map((sight) => [sight.by, sight.order?.status]),
                   [['stream', 'pending'], ['stream', 'confirmed']]);
});

test('a stream that ends is opened again, after what was seen, until nothing more can happen', async () => {
  const asked: (string | null)[] = [];
  const stream = (...orders: object[]) => (request: Request) => {
    asked.push(request.headers.get('Last-Event-ID'));
    return events(...orders);
  };
  const {seen, waits} = await sights([stream(order('confirmed', 2)), stream(), stream(order('cancelled', 4)), () => json(500, {})]);
  assert.deepEqual(asked, [null, '2', '2']);
  assert.deepEqual(seen.map((sight) => sight.order?.status), ['confirmed', 'cancelled']);
  assert.deepEqual(waits, [10, 10]);
});

test('without a stream it asks, and tries the stream again after a while', async () => {
  const {seen, paths} = await sights([() => json(404, {}), () => json(200, order('pending', 1)),
                                      () => json(200, order('confirmed', 2)), () => events(order('confirmed', 2)),
                                      () => json(200, order('confirmed', 2))]);
  assert.deepEqual(paths.map((path) => path.endsWith('/events')), [true, false, false, true, true]);
  assert.deepEqual(seen.slice(0, 3).map((sight) => sight.by), ['asking', 'asking', 'stream']);
});

test('it says when it hears nothing, waits longer, and goes on', async () => {
  const cut = () => Promise.reject(new TypeError('network'));
  const {seen, waits} = await sights([cut, cut, cut, cut, () => json(200, order('confirmed', 2)), () => json(500, {})]);
  assert.deepEqual(seen.slice(0, 3).map((sight) => sight.by), ['lost', 'lost', 'asking']);
  assert.deepEqual(waits.slice(0, 3), [20, 40, 10]);
});

test('a final answer ends it', async () => {
  const gone = () => json(404, {code: 'unknown_order'});
  await assert.rejects(sights([gone, gone, gone]), (thrown) => thrown instanceof Trouble && thrown.code === 'unknown_order');
  await assert.rejects(sights([() => json(401, {}), gone]), (thrown) => thrown instanceof Trouble && thrown.status === 401);
});
