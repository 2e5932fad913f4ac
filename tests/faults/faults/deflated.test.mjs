// Clients that take deflated messages beside those that don't: the same words for all, in fewer bytes; and what a client
// deflates is inflated, but never beyond the bound of a frame.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { Server } from '../server.mjs';
import { makeWorld } from '../world.mjs';

const LONG_TEXT = 'Somebody has much to say, and says it again. '.repeat(80).trim();
const SHORT_TEXT = 'hm';
const FRAME_BYTES = 64 * 1_024;

/** Someone who says hello on a socket with these options, and keeps all that is heard. */
const someone = async (server, { token }, perMessageDeflate) => {
  const socket = new WebSocket(server.socketUrl, { perMessageDeflate });
  const heard = [];
  const waiting = new Set();
  socket.on('message', (data) => {
    heard.push(data.toString());
    waiting.forEach((look) => look());
  });
  const closed = once(socket, 'close').then(([code]) => code);
  await once(socket, 'open');
  const say = (frame) => socket.send(JSON.stringify(frame));
  const hear = (is) =>
    new Promise((done) => {
      const look = () => {
        const found = heard.find((text) => is(JSON.parse(text)));
        if (found === undefined) return;
        waiting.delete(look);
        done(found);
      };
      waiting.add(look);
      look();
    });
  say({ op: 'hello', token });
  await hear(({ op }) => op === 'ready');
  const readBytes = () => socket._socket.bytesRead;
  const writtenBytes = () => socket._socket.bytesWritten;
  return { socket, say, hear, closed, readBytes, writtenBytes };
};

const isEvent = (nonce) => (frame) => frame.op === 'event' && frame.data.nonce === nonce;

const worldOfTwo = async (t) => {
  const server = await Server.start();
  t.after(() => server.stop());
  const { senders, readers, channels } = await makeWorld(server, { senders: 1, readers: 2, channels: 2 });
  return { server, sender: senders[0], reader: readers[0], channel: channels[0] };
};

test('deflated or not, everyone hears the same', async (t) => {
  const { server, sender, reader, channel } = await worldOfTwo(t);
  const offers = [false, true, { serverMaxWindowBits: 12, clientMaxWindowBits: 9, threshold: 0 }, { serverMaxWindowBits: 9 }];
  const people = [];
  for (const offer of offers) people.push(await someone(server, people.length % 2 ? sender : reader, offer));
  t.after(() => people.forEach(({ socket }) => socket.terminate()));
  const small = people[2];
  const agreed = 'permessage-deflate';
  assert.deepEqual(people.map(({ socket }) => socket.extensions), ['', agreed, agreed, '']);
  for (const { say, hear } of people) {
    say({ op: 'watch', streams: { [`messages/channel/${channel}`]: 0 } });
    await hear(({ op, stream }) => op === 'watched' && stream === `messages/channel/${channel}`);
  }
  for (const [i, text] of [LONG_TEXT, SHORT_TEXT, LONG_TEXT, `${LONG_TEXT}é語`].entries()) {
    const nonce = `n${i}`;
    const before = people.map(({ readBytes }) => readBytes());
    // Those whose text is long deflate it themselves: the server reads both.
    const speaker = people[i];
    const written = speaker.writtenBytes();
    speaker.say({ op: 'send', channel, nonce, text });
    const said = JSON.parse(await speaker.hear(isEvent(nonce)));
    assert.equal(said.data.message.text, text);
    for (const { hear } of people) assert.equal(await hear(isEvent(nonce)), JSON.stringify(said));
    const read = people.map(({ readBytes }, n) => readBytes() - before[n]);
    if (text !== SHORT_TEXT) {
      assert.ok(read[1] < read[0] / 3 && read[2] < read[0] / 3, `${read} bytes read`);
      assert.ok(read[3] > text.length, `${read} bytes read`);
    }
    if (speaker === small) assert.ok(speaker.writtenBytes() - written < text.length / 3, 'it was deflated by the client');
  }
});

test('a bomb is not unpacked, and hurts nobody else', async (t) => {
  const { server, sender, reader, channel } = await worldOfTwo(t);
  const bomber = await someone(server, sender, { threshold: 0 });
  const other = await someone(server, reader, { threshold: 0 });
  t.after(() => other.socket.terminate());
  const most = ' '.repeat(FRAME_BYTES - 13);
  bomber.socket.send(`{"op":"ping"}${most}`);
  await bomber.hear(({ op }) => op === 'pong');
  const before = server.residentBytes();
  bomber.socket.send(`{"op":"ping"}${' '.repeat(50_000_000)}`);
  assert.equal(await bomber.closed, 1009);
  assert.ok(server.residentBytes() - before < 16_000_000, 'it was not held whole');
  other.say({ op: 'send', channel, nonce: 'after', text: LONG_TEXT });
  await other.hear(({ op, nonce }) => op === 'ack' && nonce === 'after');
});

test('where nothing is to be deflated, nothing is agreed', async (t) => {
  const { server, sender } = await worldOfTwo(t);
  await server.terminate();
  writeFileSync(server.settings, '[socket]\ndeflate_from_bytes = 0\n');
  await server.up();
  const plain = await someone(server, sender, true);
  t.after(() => plain.socket.terminate());
  assert.equal(plain.socket.extensions, '');
});
