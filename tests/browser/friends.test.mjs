// Friends between three browsers: asked for, answered, let go; each sees at once what another does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

let browser;
let server;
let ada;
let bob;
let cid;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  [ada, bob, cid] = await Promise.all(['Ada', 'Bob', 'Cid'].map((name) => Person.sit(browser, server, name)));
  await bob.join(await ada.setUp('The Workshop'));
  // Cid is in no guild.
  await cid.go('/register');
  await cid.createAccount();
  await cid.page.getByRole('heading', { name: /Good to have you/ }).waitFor();
});

after(async () => {
  await Promise.all([ada, bob, cid].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const page = (person) => person.page.getByRole('main', { name: 'Friends' });
const tab = (person, name) => page(person).getByRole('tab', { name });
const rail = (person, name) => person.page.getByRole('navigation', { name: 'Guilds' }).getByRole('link', { name });

async function goHome(person) {
  await rail(person, /^Direct messages/).click();
  await page(person).waitFor();
}

async function ask(person, handle) {
  await tab(person, 'Add friend').click();
  await page(person).getByLabel('Handle').fill(handle);
  await page(person).getByRole('button', { name: 'Send request' }).click();
}

test('who has no friends is told how to find some, and a wrong handle is said at its field', async () => {
  await goHome(ada);
  await page(ada).getByRole('heading', { name: 'Friends show here' }).waitFor();
  await ask(ada, 'nobody.of.that.name');
  await page(ada).getByText('Nobody here has the handle @nobody.of.that.name.').waitFor();
  assert.equal(await page(ada).getByLabel('Handle').getAttribute('aria-invalid'), 'true');
  await ask(ada, '@ada');
  await page(ada).getByText('You can’t be your own friend here').waitFor();
});

test('a request by handle is there for the other at once, and accepted by keys both are friends', async () => {
  await ask(ada, '@Cid');
  await page(ada).getByText('Cid has your request now.').waitFor();
  await rail(cid, 'Direct messages, 1 friend request').waitFor();
  await goHome(cid);
  await tab(cid, 'Online').focus();
  // The focus follows a key a moment later: the next key is for the tab that has it by then.
  for (const name of ['All', /Pending/]) {
    await cid.page.keyboard.press('ArrowRight');
    await page(cid).getByRole('tab', { name, selected: true }).waitFor();
  }
  await page(cid).getByText('Wants to be your friend').waitFor();
  await page(cid).getByRole('button', { name: 'Accept Ada' }).press('Enter');
  await rail(cid, /^Direct messages$/).waitFor();
  await tab(ada, 'Online').click();
  // They share no place, but friends see each other.
  await page(ada).getByRole('heading', { name: 'Online 1' }).waitFor();
  await page(ada).getByText('@cid').waitFor();
  await tab(cid, 'Online').click();
  await page(cid).getByText('@ada').waitFor();
});

test('a request from a profile can be taken back and refused, and the other sees it', async () => {
  await rail(bob, /The Workshop/).click();
  await bob.page.getByRole('complementary', { name: 'Members' }).getByText('Ada').click();
  const card = bob.page.getByRole('dialog', { name: 'Profile' });
  await card.getByRole('button', { name: 'Add friend' }).click();
  await card.getByRole('button', { name: 'Take back friend request' }).waitFor();
  await tab(ada, /Pending/).click();
  await page(ada).getByText('@bob').waitFor();
  await card.getByRole('button', { name: 'Take back friend request' }).click();
  await page(ada).getByRole('heading', { name: 'No requests wait' }).waitFor();
  await card.getByRole('button', { name: 'Add friend' }).click();
  await page(ada).getByRole('button', { name: 'Decline Bob' }).click();
  await card.getByRole('button', { name: 'Add friend' }).waitFor();
  await bob.page.keyboard.press('Escape');
});

test('who takes requests from nobody is asked in vain, and may ask', async () => {
  await bob.page.getByRole('button', { name: 'Settings', exact: true }).click();
  const settings = bob.page.getByRole('dialog', { name: 'Settings' });
  await settings.getByRole('tab', { name: 'Privacy' }).click();
  const isKept = bob.page.waitForResponse((answer) => answer.url().endsWith('/me/settings') && answer.request().method() === 'PATCH');
  await settings.getByText('My guilds', { exact: true }).click();
  assert.ok((await isKept).ok());
  await bob.page.keyboard.press('Escape');
  await ask(cid, 'bob');
  await page(cid).getByText('This person doesn’t take friend requests from you.').waitFor();
  await ask(ada, 'bob');
  await page(ada).getByText('Bob has your request now.').waitFor();
  await goHome(bob);
  await ask(bob, 'cid');
  await page(bob).getByText('Cid has your request now.').waitFor();
});

test('a friend is written to from the list, and let go on all devices', async () => {
  const second = await Person.sit(browser, server, 'Ada');
  await second.go('/login');
  await second.logIn();
  await second.composer().waitFor();
  await goHome(second);
  await tab(second, 'All').click();
  await page(second).getByText('@cid').waitFor();
  await tab(ada, 'All').click();
  await page(ada).getByRole('button', { name: 'Message Cid' }).click();
  await ada.composer().waitFor();
  await ada.say('Hello, friend');
  await ada.sent('Hello, friend');
  await goHome(ada);
  await tab(ada, 'All').click();
  await page(ada).getByRole('button', { name: 'More about Cid' }).click();
  await ada.page.getByRole('menuitem', { name: 'Remove friend' }).click();
  await ada.page.getByRole('dialog', { name: /Remove Cid/ }).getByRole('button', { name: 'Remove friend' }).click();
  for (const person of [ada, second]) await page(person).getByRole('heading', { name: 'Friends show here' }).waitFor();
  await tab(cid, 'All').click();
  await page(cid).getByRole('heading', { name: 'Friends show here' }).waitFor();
  await second.leave();
});
