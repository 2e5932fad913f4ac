// A block between two browsers: what the other says is folded, writing is refused with a word, and it can be taken back.
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

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

const members = (person) => person.page.getByRole('complementary', { name: 'Members' });
const card = (person) => person.page.getByRole('dialog', { name: 'Profile' });
const rail = (person, name) => person.page.getByRole('navigation', { name: 'Guilds' }).getByRole('link', { name });

/** The conversation that was there until now has a composer, too: waits for the one of this place. */
const writes = (person, place) => person.page.getByRole('textbox', { name: `Message ${place}` }).waitFor();

async function openProfile(person, name) {
  await members(person).getByText(name, { exact: true }).click();
}

test('writing to who has blocked one is refused with a clear word, live', async () => {
  await openProfile(bob, 'Ada');
  await card(bob).getByRole('button', { name: 'Message' }).click();
  await writes(bob, '@Ada');
  await bob.say('Before the block');
  await bob.sent('Before the block');
  await openProfile(ada, 'Bob');
  await card(ada).getByRole('button', { name: 'Block' }).click();
  await ada.page.getByRole('dialog', { name: 'Block Bob?' }).getByRole('button', { name: 'Block' }).click();
  await ada.page.getByText('Bob is blocked').waitFor();
  await bob.say('After the block');
  await bob.page.getByText('You can’t write to each other: one of you has blocked the other.').waitFor();
  await bob.page.getByRole('button', { name: 'Delete', exact: true }).click();
});

test('in guilds, what the blocked one says is folded for the blocker alone, and can be shown', async () => {
  await rail(bob, /The Workshop/).click();
  await writes(bob, '#general');
  await bob.say('Can anybody hear me?');
  await bob.sent('Can anybody hear me?');
  await ada.message('From somebody you have blocked.').getByRole('button', { name: 'Show' }).click();
  await ada.sees('Can anybody hear me?');
});

test('who is blocked doesn’t see the other online, and is no friend of theirs', async () => {
  await bob.page.reload();
  await members(bob).getByRole('heading', { name: 'Offline 1' }).waitFor();
  await members(ada).getByRole('heading', { name: 'Online 2' }).waitFor();
  await openProfile(bob, 'Ada');
  await card(bob).getByRole('button', { name: 'Add friend' }).click();
  await card(bob).getByText('This person doesn’t take friend requests from you.').waitFor();
  await bob.page.keyboard.press('Escape');
});

test('a block is seen in the direct and among friends, and taken back both are as before', async () => {
  await rail(ada, /^Direct messages/).click();
  const home = ada.page.getByRole('main', { name: 'Friends' });
  await home.getByRole('tab', { name: 'Blocked' }).click();
  await home.getByText('@bob').waitFor();
  await ada.page.getByRole('navigation', { name: 'Direct messages' }).getByRole('link', { name: /Bob/ }).click();
  await ada.page.getByText('You have blocked Bob: you can’t write to each other.').waitFor();
  await ada.page.getByRole('main').getByRole('button', { name: 'Unblock' }).click();
  await ada.composer().waitFor();
  await ada.say('Let us try again');
  await ada.sent('Let us try again');
  await members(bob).getByRole('heading', { name: 'Online 2' }).waitFor();
  await rail(bob, /^Direct messages/).click();
  await bob.page.getByRole('navigation', { name: 'Direct messages' }).getByRole('link', { name: /Ada/ }).click();
  await bob.sees('Let us try again');
  await bob.say('Gladly');
  await bob.sent('Gladly');
});
