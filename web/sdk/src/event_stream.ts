// Server-sent events from the text of a stream (HTML Living Standard, section 9.2.6), for a stream that is read by
// fetch because EventSource sends no Authorization header. Bounded: a line or an event without end is refused.

export interface ServerEvent {
  type: string;
  data: string;
  id: string;
}

const CHARACTERS_MAX = 1_000_000;

export class EventStream {
  private rest = '';
  private type = '';
  private data: string[] = [];
  private size = 0;
  private id = '';
  private isFirst = true;

  // The events that this piece completes. Throws RangeError when the limit is passed.
  take(piece: string): ServerEvent[] {
    let text = this.rest + piece;
    if (this.isFirst && text.length > 0) {
      if (text.startsWith('\uFEFF')) text = text.slice(1);
      this.isFirst = false;
    }
    const events: ServerEvent[] = [];
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const mark = text[at];
      if (mark !== '\n' && mark !== '\r') continue;
      if (mark === '\r' && at + 1 === text.length) break; // a line feed may follow in the next piece
      const event = this.line(text.slice(start, at));
      if (event !== undefined) events.push(event);
      if (mark === '\r' && text[at + 1] === '\n') at++;
      start = at + 1;
    }
    this.rest = text.slice(start);
    if (this.rest.length > CHARACTERS_MAX) throw new RangeError('a line of the event stream is too long');
    return events;
  }

  private line(line: string): ServerEvent | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined; // a comment, sent to keep the connection
    const name = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (name === 'event') this.type = value;
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'data') {
      this.size += value.length;
      if (this.size > CHARACTERS_MAX) throw new RangeError('an event of the stream is too long');
      this.data.push(value);
    }
    return undefined;
  }

  private dispatch(): ServerEvent | undefined {
    const event = {type: this.type || 'message', data: this.data.join('\n'), id: this.id};
    const isWhole = this.data.length > 0;
    this.type = '';
    this.data = [];
    this.size = 0;
    return isWhole ? event : undefined;
  }
}
