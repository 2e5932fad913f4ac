// What the peers on Node.js share: the message that they send, of the shape and size of Guildhall's, and a table to keep
// it in when BENCH_POSTGRES_URL is set.
import pg from 'pg';

const ID = '123456789012345678';
const AT = '2026-01-01T00:00:00.000Z';
const CONNECTIONS = 16;

const numbers = new Map();

/** The event that tells a room of its next message. */
export function event(room, text) {
  const seq = (numbers.get(room) ?? 0) + 1;
  numbers.set(room, seq);
  return {
    op: 'event', stream: `messages/channel/${room}`, seq, id: ID, at: AT, kind: 'message_sent',
    data: {
      nonce: `0123456789-${seq}`,
      message: {
        id: ID, channel: room, number: seq, author: ID, text, reply_to: null, sent_at: AT, deleted: false,
      },
    },
  };
}

/** Answers a function that resolves with the id of a message once it is on disk, or null where nothing is kept. */
export async function openStore() {
  const connectionString = process.env.BENCH_POSTGRES_URL;
  if (!connectionString) return null;
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
  await pool.query(`CREATE TABLE IF NOT EXISTS messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room text NOT NULL, text text NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now())`);
  // A named statement is prepared once per connection.
  const insert = { name: 'insert', text: 'INSERT INTO messages (room, text) VALUES ($1, $2) RETURNING id' };
  return async (room, text) => (await pool.query({ ...insert, values: [room, text] })).rows[0].id;
}

/** Lets the benchmark collect garbage before it looks at memory (needs --expose-gc). */
export function collectWhenAsked() {
  process.on('SIGUSR2', () => globalThis.gc?.());
}
