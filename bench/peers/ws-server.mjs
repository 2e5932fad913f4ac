// A plain chat server on `ws`: rooms are sets of sockets. With BENCH_POSTGRES_URL a message is kept before it is
// acknowledged and told; without, it is only told.
//   node --expose-gc ws-server.mjs PORT
import { WebSocketServer } from 'ws';
import { collectWhenAsked, event, openStore } from './event.mjs';

collectWhenAsked();
const store = await openStore();
const rooms = new Map();

function tell(room, text) {
  const frame = JSON.stringify(event(room, text));
  for (const member of rooms.get(room) ?? []) member.send(frame);
}

async function take(socket, { op, room, text }) {
  if (op === 'join') {
    if (!rooms.has(room)) rooms.set(room, new Set());
    rooms.get(room).add(socket);
    socket.on('close', () => rooms.get(room).delete(socket));
    socket.send('{"op":"joined"}');
  } else if (op === 'send') {
    if (store) socket.send(JSON.stringify({ op: 'ack', id: await store(room, text) }));
    tell(room, text);
  }
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), path: '/ws', perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (data) => take(socket, JSON.parse(data)).catch(() => socket.close(1011)));
});
