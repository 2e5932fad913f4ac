// Leaving: what one gave is taken along, the account can be kept until its day, and an operator's word erases it everywhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Person, openBrowser } from './person.mjs';
import { picture } from './picture.mjs';
import { Server } from './server.mjs';
import { unzip } from './zip.mjs';

const ERASED_MS = 60_000;
const SERVICES = ['accounts', 'guilds', 'messages', 'people', 'files'];

let browser;
let server;
let ada;
let bob;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  ada = await Person.sit(browser, server, 'Ada');
  bob = await Person.sit(browser, server, 'Bob');
  await bob.join(await ada.setUp('The Workshop'));
});

after(async () => {
  await Promise.all([ada, bob].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const heading = (person, name) => person.page.getByRole('heading', { name });

async function openData(person) {
  await button(person, 'Settings').click();
  await person.page.getByRole('tab', { name: 'Your data' }).click();
}

/** Signs in by REST; answers the token. */
async function signIn({ email, password }) {
  return (await server.call('POST', '/sessions', { body: { email, password } })).access_token;
}

/** Gives an avatar; answers its picture as it is kept, and where it is shown. */
async function giveAvatar(person) {
  const token = await signIn(person);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png' };
  const given = await fetch(`${server.url}/api/v1/me/avatar`, { method: 'PUT', headers, body: picture(64, 64, [7, 99, 200]) });
  const { avatar } = await given.json();
  const url = `${server.url}/files/images/${avatar}`;
  const shown = await fetch(url);
  assert.equal(shown.status, 200);
  return { url, bytes: Buffer.from(await shown.arrayBuffer()) };
}

let avatar;

test('an archive has what a person gave, from every service', async () => {
  avatar = await giveAvatar(bob);
  await bob.say('Remember the lighthouse');
  await bob.sent('Remember the lighthouse');
  await openData(bob);
  await button(bob, 'Make an archive').click();
  const download = bob.page.getByRole('button', { name: /^Download/ });
  await download.waitFor();
  const saving = bob.page.waitForEvent('download');
  await download.click();
  const files = unzip(readFileSync(await (await saving).path()));
  const names = [...files.keys()];
  for (const service of SERVICES) assert.ok(names.includes(`data/${service}.json`), `${service} isn't among ${names}`);
  const text = (name) => files.get(name).toString('utf8');
  assert.match(text('data/accounts.json'), /bob@example\.org/);
  assert.match(text('data/people.json'), /Bob/);
  assert.match(text('data/guilds.json'), /The Workshop/);
  assert.match(text('data/messages.json'), /Remember the lighthouse/);
  const pictures = names.filter((name) => name.startsWith('pictures/'));
  assert.ok(pictures.some((name) => files.get(name).equals(avatar.bytes)), `the avatar isn't among ${pictures}`);
});

test('who asked to be erased may stay until the day', async () => {
  await button(bob, 'Delete account').click();
  await bob.page.getByRole('radio', { name: /^Erase it/ }).check();
  await bob.page.getByLabel('Your password').fill('not the password');
  await button(bob, 'Delete my account').click();
  await bob.page.getByRole('alert').filter({ hasText: /isn't your password/ }).waitFor();
  await bob.page.getByLabel('Your password').fill(bob.password);
  await button(bob, 'Delete my account').click();
  await bob.page.getByRole('status').filter({ hasText: /Your account is deleted in/ }).waitFor();
  const link = await bob.page.getByRole('link', { name: 'keep its link' }).getAttribute('href');
  const asked = await (await fetch(new URL(link, server.url))).json();
  assert.equal(asked.state, 'waiting', JSON.stringify(asked));
  await button(bob, 'Keep my account').click();
  await button(bob, 'Delete account').waitFor();
  await button(bob, 'Close').click();
  await bob.say('I stay');
  await ada.sees('I stay');
});

test('who is deleted at once is out, and every service has erased its part', async () => {
  await ada.page.getByRole('link', { name: 'Run this server' }).click();
  await ada.page.getByRole('link', { name: 'Accounts', exact: true }).first().click();
  await ada.page.getByRole('list', { name: 'Accounts' }).getByText('bob@example.org').click();
  await button(ada, 'Delete').click();
  await ada.page.getByLabel('When').selectOption('Now, for good');
  const answered = ada.page.waitForResponse((answer) => answer.request().method() === 'DELETE' && /\/operator\/accounts\/\d+$/.test(answer.url()));
  await button(ada, 'Delete account').click();
  const { deletion } = await (await answered).json();
  await heading(bob, 'Welcome back').waitFor();

  let erasure;
  for (const end = Date.now() + ERASED_MS; erasure?.state !== 'done' && Date.now() < end; await sleep(200)) {
    erasure = await server.call('GET', `/erasures/${deletion.code}`);
  }
  assert.equal(erasure.state, 'done', JSON.stringify(erasure));
  assert.deepEqual(erasure.receipts.map(({ service }) => service), SERVICES);
  await assert.rejects(signIn(bob), ({ problem }) => problem.code === 'wrong_credentials');
  assert.equal((await fetch(avatar.url)).status, 404);
  await ada.go('/');
  await ada.composer().waitFor();
  await ada.log().getByText('This message was deleted.').first().waitFor();
  assert.equal(await ada.page.getByText('Remember the lighthouse').count(), 0);
});
