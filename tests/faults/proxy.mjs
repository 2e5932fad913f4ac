// A line between a client and the server that can go dead: it stays open and takes every byte, but hands none on and
// tells nobody, as when a laptop is closed or a router forgets a connection.
import { connect, createServer } from 'node:net';

export class Proxy {
  static async start(port) {
    const proxy = new Proxy();
    proxy.dead = false;
    proxy.lines = [];
    proxy.server = createServer((near) => proxy.#join(near, connect(port, '127.0.0.1')));
    await new Promise((done) => proxy.server.listen(0, '127.0.0.1', done));
    proxy.port = proxy.server.address().port;
    return proxy;
  }

  #join(near, far) {
    this.lines.push(near, far);
    const hand = (from, to) => {
      from.on('data', (bytes) => this.dead || to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => this.dead || to.destroy());
    };
    hand(near, far);
    hand(far, near);
    far.on('end', () => (this.serverEnded ??= performance.now()));
    far.on('close', () => (this.serverEnded ??= performance.now()));
  }

  /** From now on nothing gets through, and nobody is told. */
  die() {
    this.dead = true;
  }

  close() {
    for (const line of this.lines) line.destroy();
    this.server.close();
  }
}
