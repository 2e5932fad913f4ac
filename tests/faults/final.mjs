// Reads everything again as somebody who has just come: each stream from its beginning (as far as the server keeps it
// for replay) and every page of the history.
import { known } from './history.mjs';

const PAGE = 100;

const readEvents = async (server, token, channel) => {
  const read = (since) => server.call('GET', `/streams/messages/channel/${channel}?since=${since}`, { token });
  let difference = await read(0);
  const { head } = difference;
  // Longer streams aren't replayed whole: the newest part is, and the history holds all.
  let since = 0;
  if (difference.reset) {
    since = Math.max(0, head - 900);
    difference = await read(since);
  }
  const first = since + 1;
  const events = [];
  for (;;) {
    for (const { seq, id, kind, data } of difference.events) {
      events.push({ seq, id, kind, nonce: data.nonce, number: data.message?.number, text: known(data.message?.text) });
    }
    if (!difference.more) return { first, head, events };
    difference = await read(events.at(-1).seq);
  }
};

const readMessages = async (server, token, channel) => {
  const messages = [];
  for (;;) {
    const after = messages.at(-1)?.number ?? 0;
    const page = await server.call('GET', `/channels/${channel}/messages?limit=${PAGE}&after=${after}`, { token });
    for (const { id, number, author, text } of page.items) messages.push({ id, number, author, text: known(text) });
    if (page.items.length < PAGE) return messages;
  }
};

/** The final state: `{channel: {first, head, events, messages}}`. */
export const readFinal = async (server, token, channels) => {
  const final = {};
  for (const channel of channels) {
    const messages = await readMessages(server, token, channel);
    final[channel] = { ...(await readEvents(server, token, channel)), messages };
  }
  return final;
};

/** How far each channel's stream is. */
export const readHeads = async (server, token, channels) => {
  const head = async (channel) => {
    const path = `/streams/messages/channel/${channel}?since=9007199254740991`;
    return [channel, (await server.call('GET', path, { token })).head];
  };
  return Object.fromEntries(await Promise.all(channels.map(head)));
};
