// A plain chat server on Socket.IO, as its documents suggest it. With BENCH_POSTGRES_URL a message is kept before it is
// acknowledged and told; without, it is only told.
//   node --expose-gc socketio-server.mjs PORT
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { collectWhenAsked, event, openStore } from './event.mjs';

collectWhenAsked();
const store = await openStore();
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });

io.on('connection', (socket) => {
  socket.on('join', async (room, joined) => {
    await socket.join(room);
    joined();
  });
  socket.on('send', async (room, text, acknowledge) => {
    try {
      acknowledge(store ? await store(room, text) : null);
      io.to(room).emit('event', event(room, text));
    } catch {
      socket.disconnect(true);
    }
  });
});

http.listen(Number(process.argv[2]), '127.0.0.1');
