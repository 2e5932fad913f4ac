// Stands between a fleet and its NATS and loses what it is told to: it reads the client's half of the protocol
// (https://docs.nats.io/reference/reference-protocols/nats-protocol), and hands everything else on.
import { connect, createServer } from 'node:net';

const LINE_END = Buffer.from('\r\n');

/** The subject and the length of what follows a line, where it publishes something. */
const published = (line) => {
  const [op, subject, ...rest] = line.split(/\s+/);
  return /^H?PUB$/i.test(op) ? { subject, bytes: Number(rest.at(-1)) + LINE_END.length } : null;
};

export class Lossy {
  /** A way to the NATS at `url`; `url` of what it answers is this way. */
  static async start(url) {
    const lossy = new Lossy();
    const { hostname, port } = new URL(url);
    /** Which subjects are lost from now on. */
    lossy.loses = () => false;
    lossy.lost = 0;
    lossy.lines = new Set();
    lossy.server = createServer((near) => lossy.#join(near, connect(Number(port), hostname)));
    await new Promise((done) => lossy.server.listen(0, '127.0.0.1', done));
    lossy.url = `nats://127.0.0.1:${lossy.server.address().port}`;
    return lossy;
  }

  #join(near, far) {
    let waiting = Buffer.alloc(0);
    near.on('data', (bytes) => {
      waiting = this.#hand(Buffer.concat([waiting, bytes]), far);
    });
    far.on('data', (bytes) => near.write(bytes));
    for (const [one, other] of [[near, far], [far, near]]) {
      this.lines.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.lines.delete(one);
        other.destroy();
      });
    }
  }

  /** Hands on what is whole and isn't lost; answers the rest. */
  #hand(bytes, far) {
    for (;;) {
      const end = bytes.indexOf(LINE_END);
      if (end < 0) return bytes;
      const message = published(bytes.toString('latin1', 0, end));
      const length = end + LINE_END.length + (message?.bytes ?? 0);
      if (bytes.length < length) return bytes;
      if (message !== null && this.loses(message.subject)) this.lost += 1;
      else far.write(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
    }
  }

  close() {
    for (const line of this.lines) line.destroy();
    this.server.close();
  }
}
