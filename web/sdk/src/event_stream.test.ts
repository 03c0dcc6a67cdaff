import assert from 'node:assert/strict';
import {test} from 'node:test';
import {EventStream} from './event_stream.ts';

function read(...pieces: string[]) {
  const stream = new EventStream();
  return pieces.flatMap((piece) => stream.take(piece)).map(({type, data, id}) => [type, data, id]);
}

test('an event is what stands before an empty line, whatever ends the lines', () => {
  for (const end of ['\n', '\r\n', '\r'])
    assert.deepEqual(read(`event: order${end}id: 7${end}data: {"a":1}${end}${end}:x`), [['order', '{"a":1}', '7']]);
});

test('an event is the same however its text is cut', () => {
  const text = '\uFEFFid: 1\r\ndata: one\r\ndata:two\r\n\r\n: still here\r\n\r\ndata\r\n\r\nevent: x\r\n\r\ndata: 3\r\n\r\n\n';
  const whole = read(text);
  assert.deepEqual(whole, [['message', 'one\ntwo', '1'], ['message', '', '1'], ['message', '3', '1']]);
  for (let cut = 0; cut <= text.length; cut++) assert.deepEqual(read(text.slice(0, cut), text.slice(cut)), whole);
  assert.deepEqual(read(...text), whole);
});

test('an unfinished event is not reported', () => {
  assert.deepEqual(read('data: half\n'), []);
});

test('a line or an event without end is refused', () => {
  assert.throws(() => read('data: ' + 'x'.repeat(1_000_001)), RangeError);
  assert.throws(() => read(...Array.from({length: 1100}, () => 'data: ' + 'x'.repeat(1000) + '\n')), RangeError);
});

test('no bytes make it fail otherwise', () => {
  let seed = 2611;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648);
  const alphabet = ['\n', '\r', ':', ' ', 'd', 'data', 'id', 'event', '\0', '\uFEFF', 'ü', '"'];
  for (let round = 0; round < 2000; round++) {
    const pieces = Array.from({length: next() % 12}, () => alphabet[next() % alphabet.length] ?? '');
    assert.deepEqual(read(...pieces), read(pieces.join('')), JSON.stringify(pieces));
  }
});
