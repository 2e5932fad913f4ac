// Who is there and what they may see: one guild, open channels, a private one, senders, readers and an outsider.

const inChunks = async (items, size, work) => {
  const results = [];
  for (let i = 0; i < items.length; i += size) {
    results.push(...(await Promise.all(items.slice(i, i + size).map(work))));
  }
  return results;
};

const named = (prefix, count) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/**
 * Makes a guild with `channels` channels, of which the last is private. Senders and all readers but the last see the
 * private one; the last reader is a member who doesn't, the `outsider` isn't a member at all.
 */
export const makeWorld = async (server, { senders, readers, channels }) => {
  const owner = await server.register('owner');
  const guild = await server.call('POST', '/guilds', { token: owner.token, body: { name: 'Hall of faults' } });
  const drafts = named('room-', channels).map((name, i) => ({ name, private: i === channels - 1 }));
  const rooms = [];
  for (const body of drafts) {
    rooms.push(await server.call('POST', `/guilds/${guild.id}/channels`, { token: owner.token, body }));
  }
  const { code } = await server.call('POST', `/guilds/${guild.id}/invites`, { token: owner.token, body: {} });
  const join = async (name) => {
    const person = await server.register(name);
    await server.call('POST', `/invites/${code}/accept`, { token: person.token });
    return person;
  };
  const people = await inChunks([...named('sender', senders), ...named('reader', readers)], 8, join);
  const outsider = await server.register('outsider');
  const secret = rooms.at(-1).id;
  for (const person of people.slice(0, -1)) {
    await server.call('PUT', `/channels/${secret}/allowed/${person.id}`, { token: owner.token });
  }
  return {
    owner,
    outsider,
    guild: guild.id,
    senders: people.slice(0, senders),
    readers: people.slice(senders),
    channels: rooms.map((room) => room.id),
    secret,
    /** Whether a person may read a channel, by how this world was made. */
    may: (person, channel) =>
      person !== outsider && (channel !== secret || person !== people.at(-1)),
  };
};
