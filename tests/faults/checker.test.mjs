// The judge is judged: a good history passes, and of each planted bad one exactly the right rules speak.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES, check, rulesOf } from './checker.mjs';

const HALL = '10';
const SECRET = '11';

/** Three messages in one channel and one in a private one, all as it should be; each call makes a new copy. */
const good = () => {
  const sent = [
    { nonce: 'a', channel: HALL, id: '101', place: 1 },
    { nonce: 'b', channel: HALL, id: '102', place: 2 },
    { nonce: 'c', channel: HALL, id: '103', place: 3 },
    { nonce: 's', channel: SECRET, id: '104', place: 1 },
  ];
  const text = (nonce) => `text ${nonce}`;
  const history = [
    { type: 'reader', reader: 'ada', channel: HALL, may: true },
    { type: 'reader', reader: 'ada', channel: SECRET, may: true },
    { type: 'reader', reader: 'eve', channel: HALL, may: true },
    { type: 'reader', reader: 'eve', channel: SECRET, may: false },
  ];
  for (const { nonce, channel, id, place } of sent) {
    history.push({ type: 'invoke', process: 'p', author: '7', channel, nonce, text: text(nonce) });
    history.push({ type: 'ok', process: 'p', channel, nonce, id, seq: place, number: place });
    for (const reader of channel === HALL ? ['ada', 'eve'] : ['ada']) {
      history.push({ type: 'receive', reader, channel, id, seq: place, number: place, nonce, text: text(nonce), via: 'event' });
    }
  }
  history.push({ type: 'invoke', process: 'p', author: '7', channel: HALL, nonce: 'refused', text: text('refused') });
  history.push({ type: 'fail', process: 'p', channel: HALL, nonce: 'refused', code: 'disk_full' });
  history.push({ type: 'invoke', process: 'p', author: '7', channel: HALL, nonce: 'unknown', text: text('unknown') });
  history.push({ type: 'info', process: 'p', channel: HALL, nonce: 'unknown' });
  const state = (channel) => {
    const here = sent.filter((message) => message.channel === channel);
    return {
      first: 1,
      head: here.length,
      events: here.map(({ id, place, nonce }) => ({ seq: place, id, kind: 'message_sent', nonce, number: place, text: text(nonce) })),
      messages: here.map(({ id, place, nonce }) => ({ id, number: place, author: '7', text: text(nonce) })),
    };
  };
  history.forEach((line, i) => (line.t = i));
  return { history, final: { [HALL]: state(HALL), [SECRET]: state(SECRET) } };
};

const find = (history, type, nonce, reader) =>
  history.findIndex((line) => line.type === type && line.nonce === nonce && (!reader || line.reader === reader));

/** Takes the last message of the hall out of the final state, and out of the readers' views. */
const losesLast = ({ history, final }) => {
  final[HALL].events.pop();
  final[HALL].messages.pop();
  final[HALL].head = 2;
  for (const reader of ['ada', 'eve']) history.splice(find(history, 'receive', 'c', reader), 1);
};

/** Adds a message at the end of the hall, which all readers saw. */
const adds = ({ history, final }, { id, nonce, text, author = '7' }) => {
  const place = final[HALL].head + 1;
  final[HALL].head = place;
  final[HALL].events.push({ seq: place, id, kind: 'message_sent', nonce, number: place, text });
  final[HALL].messages.push({ id, number: place, author, text });
  for (const reader of ['ada', 'eve']) {
    history.push({ type: 'receive', reader, channel: HALL, id, seq: place, number: place, nonce, text, via: 'event' });
  }
};

/** What was done to a good history, and the rules that must speak: all of them, and no other. */
const PLANTED = {
  'an acknowledged message is gone': [losesLast, ['lost']],
  'a retry is there twice': [(story) => adds(story, { id: '109', nonce: 'a', text: 'text a' }), ['twice']],
  'nobody sent it': [(story) => adds(story, { id: '109', nonce: 'z', text: 'invented' }), ['unsent']],
  'it has another author': [
    (story) => adds(story, { id: '109', nonce: 'unknown', text: 'text unknown', author: '8' }),
    ['unsent'],
  ],
  'an acknowledgement of nothing': [({ history }) => history.push({ type: 'ok', nonce: 'z', channel: HALL, id: '1', seq: 9, number: 9 }), ['unsent']],
  'the acknowledgement named another number': [({ history }) => (history[find(history, 'ok', 'c')].number = 7), ['changed']],
  'the acknowledgement named another seq': [({ history }) => (history[find(history, 'ok', 'c')].seq = 7), ['changed']],
  'a repeat was acknowledged otherwise': [
    ({ history }) => history.push({ ...history[find(history, 'ok', 'c')], id: '999' }),
    ['changed'],
  ],
  'two messages have one id': [
    ({ history, final }) => {
      for (const list of [final[SECRET].events, final[SECRET].messages]) list[0].id = '101';
      for (const line of history) if (line.nonce === 's' && line.id) line.id = '101';
    },
    ['id_twice', 'reader_phantom'],
  ],
  'a seq is left out': [
    ({ history, final }) => {
      final[HALL].head = final[HALL].events[2].seq = 4;
      for (const line of history) if (line.nonce === 'c' && line.seq) line.seq = 4;
    },
    ['seq_hole'],
  ],
  'the events end before the head': [({ final }) => (final[HALL].head = 4), ['seq_hole']],
  'a number is left out': [
    ({ history, final }) => {
      final[HALL].events[2].number = final[HALL].messages[2].number = 4;
      for (const line of history) if (line.nonce === 'c' && line.number) line.number = 4;
    },
    ['number_hole', 'reader_gap'],
  ],
  'the history tells another text than the events': [({ final }) => (final[HALL].events[1].text = 'other'), ['two_stories']],
  'a message has no event': [
    ({ final }) => {
      final[HALL].events.pop();
      final[HALL].head = 2;
    },
    ['two_stories'],
  ],
  'a later send stands before an acknowledged one': [
    ({ history }) => {
      const [invoke] = history.splice(find(history, 'invoke', 'a'), 1);
      history.splice(find(history, 'ok', 'c') + 1, 0, invoke);
      const [ok] = history.splice(find(history, 'ok', 'a'), 1);
      history.push(ok);
    },
    ['late_order'],
  ],
  'a refused message is there': [
    (story) => adds(story, { id: '109', nonce: 'refused', text: 'text refused' }),
    ['refused_present'],
  ],
  'a reader misses one in the middle': [({ history }) => history.splice(find(history, 'receive', 'b', 'eve'), 1), ['reader_gap']],
  'a reader misses the last one': [({ history }) => history.splice(find(history, 'receive', 'c', 'eve'), 1), ['reader_gap']],
  'a reader sees one twice': [
    ({ history }) => history.push({ ...history[find(history, 'receive', 'c', 'eve')] }),
    ['reader_order', 'reader_twice'],
  ],
  'a reader sees two in the wrong order': [
    ({ history }) => {
      const [first, second] = [find(history, 'receive', 'b', 'eve'), find(history, 'receive', 'c', 'eve')];
      [history[first], history[second]] = [history[second], history[first]];
    },
    ['reader_gap', 'reader_order'],
  ],
  'a reader saw what is not there': [
    ({ history }) => history.push({ type: 'receive', reader: 'eve', channel: HALL, id: '109', seq: 4, number: 4, nonce: 'unknown', text: 'text unknown' }),
    ['reader_phantom'],
  ],
  'a reader saw another text': [({ history }) => (history[find(history, 'receive', 'c', 'eve')].text = 'other'), ['reader_phantom']],
  'a reader saw another seq': [({ history }) => (history[find(history, 'receive', 'c', 'eve')].seq = 9), ['reader_phantom']],
  'a member reads a channel that is not theirs': [
    ({ history }) => history.push({ ...history[find(history, 'receive', 's', 'ada')], reader: 'eve' }),
    ['forbidden'],
  ],
  'somebody receives what they never asked for': [
    ({ history }) => history.push({ ...history[find(history, 'receive', 's', 'ada')], reader: 'mallory' }),
    ['forbidden'],
  ],
};

test('a good history passes', () => {
  const { history, final } = good();
  assert.deepEqual(check(history, final), []);
});

test('an unacknowledged message may be there or not', () => {
  const story = good();
  adds(story, { id: '109', nonce: 'unknown', text: 'text unknown' });
  assert.deepEqual(check(story.history, story.final), []);
});

test('a stream that is replayed only in its newest part passes', () => {
  const { history, final } = good();
  final[HALL].events.shift();
  final[HALL].first = 2;
  assert.deepEqual(check(history, final), []);
});

for (const [name, [plant, rules]] of Object.entries(PLANTED)) {
  test(`flagged: ${name}`, () => {
    const story = good();
    plant(story);
    assert.deepEqual(rulesOf(check(story.history, story.final)), rules);
  });
}

test('each rule has a planted history', () => {
  const planted = new Set(Object.values(PLANTED).flatMap(([, rules]) => rules));
  assert.deepEqual([...planted].sort(), [...RULES].sort());
});
