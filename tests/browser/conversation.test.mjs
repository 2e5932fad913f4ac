// Two people, two browsers, one server that is killed in the middle.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

let browser;
let server;
let ada;
let bob;
let invite;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  ada = await Person.sit(browser, server, 'Ada');
  bob = await Person.sit(browser, server, 'Bob');
});

after(async () => {
  await Promise.all([ada, bob].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

test('the first person sets the place up, the second follows an invite', async () => {
  invite = await ada.setUp('The Night Owls');
  await bob.page.goto(invite);
  await bob.page.getByRole('heading', { name: 'The Night Owls' }).waitFor();
  await bob.page.getByText('Ada invites you to join.').waitFor();
  await bob.join(invite);
  await ada.page.getByRole('complementary', { name: 'Members' }).getByText('Bob').waitFor();
});

test('messages both ways appear live', async () => {
  await ada.say('Hello Bob, can you hear me?');
  await bob.sees('Hello Bob, can you hear me?');
  await bob.say('Loud and clear!');
  await ada.sees('Loud and clear!');
  await ada.sent('Hello Bob, can you hear me?');
});

test('both see the same after a reload', async () => {
  const before = await ada.texts();
  await Promise.all([ada.page.reload(), bob.page.reload()]);
  await Promise.all([ada.sees('Loud and clear!'), bob.sees('Loud and clear!')]);
  assert.deepEqual(await ada.texts(), before);
  assert.deepEqual(await bob.texts(), before);
});

test('what is written while the server is dead arrives once when it is back', async () => {
  await server.kill();
  await ada.say('Written into the dark');
  await bob.say('Me too');
  await ada.page.getByText('Reconnecting…').waitFor();
  await server.up();
  for (const person of [ada, bob]) {
    await person.sent('Written into the dark');
    await person.sent('Me too');
  }
  assert.deepEqual(await ada.texts(), await bob.texts(), 'one order for everyone');
  await Promise.all([ada.page.reload(), bob.page.reload()]);
  for (const person of [ada, bob]) {
    await person.sees('Written into the dark');
    await person.sees('Me too');
  }
});

test('what was said while a browser was away is shown once, in order, by itself', async () => {
  await bob.context.setOffline(true);
  await bob.page.getByText('Reconnecting…').waitFor({ timeout: 60_000 });
  for (let n = 1; n <= 5; n += 1) {
    await ada.say(`While you were out, part ${n}`);
    await ada.sent(`While you were out, part ${n}`);
  }
  await server.kill();
  await server.up();
  await ada.say('After the restart');
  await ada.sent('After the restart');
  await bob.context.setOffline(false);
  await bob.sees('After the restart');
  for (let n = 1; n <= 5; n += 1) await bob.sees(`While you were out, part ${n}`);
  assert.deepEqual(await bob.texts(), await ada.texts());
});

test('a draft survives a reload, and a person who logs out and in again finds everything', async () => {
  await bob.composer().fill('Not finished yet');
  await bob.page.waitForTimeout(600);
  await bob.page.reload();
  await bob.composer().waitFor();
  assert.equal(await bob.composer().inputValue(), 'Not finished yet');
  await bob.composer().fill('');
  await bob.page.getByRole('button', { name: /settings/i }).first().click();
  await bob.page.getByRole('button', { name: 'Log out' }).click();
  await bob.page.getByRole('button', { name: 'Log in' }).waitFor();
  await bob.logIn();
  await bob.sees('After the restart');
});
