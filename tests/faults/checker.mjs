// The judge: reads what happened and what is there in the end, and names every broken promise. Pure, and apart from
// the load: it knows the history's lines and the final state, nothing of sockets or servers.
//
// | rule | broken when |
// |---|---|
// | lost | an acknowledged message isn't in the final state |
// | twice | a message is in the final state more than once |
// | unsent | the final state holds what nobody sent, or by another author or in another channel |
// | changed | an acknowledgement names another id, seq or number than the final state, or than its repeat |
// | id_twice | two messages have one id |
// | seq_hole, number_hole | seq or number don't count 1, 2, 3 … |
// | two_stories | events and history pages disagree |
// | late_order | acknowledged before another was sent, but behind it |
// | refused_present | a refused message is there |
// | reader_gap, reader_order, reader_twice | a reader's view isn't whole, in order, once |
// | reader_phantom | a reader was shown what isn't in the final state, or differently |
// | forbidden | somebody received a channel that they may not read |

/** All rules, as in the table above. */
export const RULES = [
  'lost', 'twice', 'unsent', 'changed', 'id_twice', 'seq_hole', 'number_hole', 'two_stories', 'late_order',
  'refused_present', 'reader_gap', 'reader_order', 'reader_twice', 'reader_phantom', 'forbidden',
];

const SHOWN_PER_RULE = 5;

class Violations {
  constructor() {
    this.list = [];
  }

  add(rule, detail) {
    this.list.push({ rule, detail });
  }
}

/** Operations by nonce: their call, their answers, their refusal. */
const operations = (history, violations) => {
  const byNonce = new Map();
  for (const line of history) {
    if (line.type === 'invoke') byNonce.set(line.nonce, { invoke: line, oks: [], fail: null });
    const operation = byNonce.get(line.nonce);
    if (line.type === 'ok' && !operation) violations.add('unsent', `acknowledged, but never sent: ${line.nonce}`);
    else if (line.type === 'ok') operation.oks.push(line);
    else if (line.type === 'fail' && operation) operation.fail = line;
  }
  return byNonce;
};

/** Messages of the final state with all that is known of each: by nonce (from its text) and by id. */
const index = (final, operations, violations) => {
  const nonceOfText = new Map();
  for (const [nonce, { invoke }] of operations) nonceOfText.set(invoke.text, nonce);
  const byNonce = new Map();
  const byId = new Map();
  for (const [channel, { events, messages }] of Object.entries(final)) {
    const seqOf = new Map(events.map((event) => [event.id, event.seq]));
    for (const message of messages) {
      const nonce = nonceOfText.get(message.text);
      const found = { ...message, channel, nonce, seq: seqOf.get(message.id) };
      if (byId.has(message.id)) violations.add('id_twice', `${message.id} in ${channel} and ${byId.get(message.id).channel}`);
      byId.set(message.id, found);
      const invoke = operations.get(nonce)?.invoke;
      if (!invoke || invoke.channel !== channel || invoke.author !== message.author) {
        violations.add('unsent', `${message.id} in ${channel}: ${message.text.slice(0, 80)}`);
      } else {
        byNonce.set(nonce, [...(byNonce.get(nonce) ?? []), found]);
      }
    }
  }
  return { byNonce, byId };
};

const checkChannel = (channel, { first, head, events, messages }, violations) => {
  events.forEach(({ seq }, i) => {
    if (seq !== first + i) violations.add('seq_hole', `${channel}: ${seq} where ${first + i} should be`);
  });
  const last = first + events.length - 1;
  if (last !== head) violations.add('seq_hole', `${channel}: events end at ${last}, the head is ${head}`);
  messages.forEach(({ number }, i) => {
    if (number !== i + 1) violations.add('number_hole', `${channel}: ${number} where ${i + 1} should be`);
  });
  const told = events.filter((event) => event.kind === 'message_sent');
  const pages = new Map(messages.map((message) => [message.id, message]));
  for (const { seq, id, number, text } of told) {
    const page = pages.get(id);
    if (!page || page.number !== number || page.text !== text) {
      violations.add('two_stories', `${channel}: the event ${seq} tells of ${id} as ${number}, the history doesn't`);
    }
  }
  const numbers = new Set(told.map((event) => event.number));
  const firstNumber = first === 1 ? 1 : Math.min(...numbers);
  for (const { number, id } of messages) {
    if (number >= firstNumber && !numbers.has(number)) {
      violations.add('two_stories', `${channel}: no event tells of ${id}, number ${number}`);
    }
  }
};

const checkOperations = (operations, { byNonce }, violations) => {
  for (const [nonce, { invoke, oks, fail }] of operations) {
    const found = byNonce.get(nonce) ?? [];
    const what = `${nonce} in ${invoke.channel}`;
    if (oks.length > 0 && found.length === 0) violations.add('lost', `${what}, acknowledged as ${oks[0].seq}`);
    if (found.length > 1) violations.add('twice', `${what}: ${found.map((m) => m.number).join(', ')}`);
    if (fail && oks.length === 0 && found.length > 0) violations.add('refused_present', `${what}: ${fail.code}`);
    for (const ok of oks) {
      const same = (m) => m.id === ok.id && m.number === ok.number && (m.seq === undefined || m.seq === ok.seq);
      if (found.length > 0 && !found.some(same)) {
        violations.add('changed', `${what}: acknowledged ${ok.id}/${ok.seq}/${ok.number}, there is ${JSON.stringify(found)}`);
      }
      if (ok.id !== oks[0].id || ok.seq !== oks[0].seq || ok.number !== oks[0].number) {
        violations.add('changed', `${what}: the repeat was acknowledged as ${ok.id}, the first as ${oks[0].id}`);
      }
    }
  }
};

/** Whatever was acknowledged before another was sent stands before it. */
const checkOrder = (history, { byNonce }, violations) => {
  const newestAcknowledged = new Map();
  for (const line of history) {
    if (line.type !== 'ok' && line.type !== 'invoke') continue;
    const found = byNonce.get(line.nonce)?.[0];
    if (!found) continue;
    const before = newestAcknowledged.get(found.channel);
    if (line.type === 'ok' && (before === undefined || before.number < found.number)) {
      newestAcknowledged.set(found.channel, found);
    } else if (line.type === 'invoke' && before && before.number > found.number) {
      const detail = `${found.channel}: ${found.number} was sent after ${before.number} was acknowledged`;
      violations.add('late_order', detail);
    }
  }
};

const checkShown = (line, seen, final, byId, violations) => {
  const where = `${line.reader} in ${line.channel}`;
  if (seen.ids.has(line.id)) violations.add('reader_twice', `${where}: ${line.id}`);
  seen.ids.add(line.id);
  if (line.number <= seen.number) violations.add('reader_order', `${where}: ${line.number} after ${seen.number}`);
  else if (line.number > seen.number + 1) violations.add('reader_gap', `${where}: ${line.number} after ${seen.number}`);
  seen.number = Math.max(seen.number, line.number);
  if (line.seq !== undefined) {
    if (line.seq <= seen.seq) violations.add('reader_order', `${where}: seq ${line.seq} after ${seen.seq}`);
    seen.seq = Math.max(seen.seq, line.seq);
  }
  const there = byId.get(line.id);
  const same = there && there.channel === line.channel && there.number === line.number && there.text === line.text;
  const sameSeq = line.seq === undefined || there?.seq === undefined || there.seq === line.seq;
  if (!same || !sameSeq) violations.add('reader_phantom', `${where}: ${line.id} as ${line.seq}/${line.number}`);
};

const checkReaders = (history, final, { byId }, violations) => {
  const views = new Map();
  for (const { type, reader, channel, may } of history) {
    if (type === 'reader') views.set(`${reader} ${channel}`, { reader, channel, may, number: 0, seq: 0, ids: new Set() });
  }
  for (const line of history) {
    if (line.type !== 'receive') continue;
    const view = views.get(`${line.reader} ${line.channel}`);
    if (!view?.may) violations.add('forbidden', `${line.reader} received ${line.id} of ${line.channel}`);
    else checkShown(line, view, final, byId, violations);
  }
  for (const { reader, channel, may, number } of views.values()) {
    const last = final[channel]?.messages.length ?? 0;
    if (may && number < last) violations.add('reader_gap', `${reader} in ${channel}: saw up to ${number} of ${last}`);
  }
};

/**
 * All violations, as `{rule, detail}`. `history` is in the order of its one clock; `final` is
 * `{channel: {first, head, events, messages}}`, with events from the seq `first` on.
 */
export const check = (history, final) => {
  const violations = new Violations();
  const called = operations(history, violations);
  const found = index(final, called, violations);
  for (const [channel, state] of Object.entries(final)) checkChannel(channel, state, violations);
  checkOperations(called, found, violations);
  checkOrder(history, found, violations);
  checkReaders(history, final, found, violations);
  return violations.list;
};

/** The rules that were broken, each once. */
export const rulesOf = (violations) => [...new Set(violations.map((violation) => violation.rule))].sort();

/** For people: how often each rule was broken, and the first few times. */
export const report = (violations) =>
  rulesOf(violations)
    .map((rule) => {
      const of = violations.filter((violation) => violation.rule === rule);
      return [`${rule}: ${of.length}`, ...of.slice(0, SHOWN_PER_RULE).map(({ detail }) => `  ${detail}`)].join('\n');
    })
    .join('\n');
