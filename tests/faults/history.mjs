// What happened, in the order in which it was seen, by one clock: one JSON document per line.
import { createHash } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';

const LONG_TEXT = 200;

/** What stands for a text in the history and in the final state: a long one is known by its beginning and its hash. */
export const known = (text) => {
  if (text === undefined || text.length <= LONG_TEXT) return text;
  return `${text.slice(0, 100)}… ${createHash('sha256').update(text).digest('hex')}`;
};

export class History {
  constructor(file) {
    this.file = file;
    this.count = { invoke: 0, ok: 0, fail: 0, info: 0, receive: 0, reader: 0 };
    this.stream = createWriteStream(file);
  }

  /** `t` is in milliseconds since this process began; it never goes back. */
  write(type, fields) {
    if (this.stream.writableEnded) return;
    this.count[type] += 1;
    const line = { t: performance.now(), type, ...fields, text: known(fields.text) };
    this.stream.write(`${JSON.stringify(line)}\n`);
  }

  /** What is written after this is dropped. */
  async close() {
    if (this.stream.writableEnded) return;
    this.stream.end();
    await once(this.stream, 'finish');
  }
}

export const readHistory = (file) => {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line));
};
