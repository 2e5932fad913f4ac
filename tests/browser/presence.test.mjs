// How people are seen: chosen on one device, shown on all of one's own and to others; hidden where that is wanted.
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

const own = (person) => person.page.getByRole('button', { name: /your presence and status/ });

async function choose(person, name) {
  await own(person).click();
  await person.page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) }).click();
}

/** Waits until `who` is shown so in the person's list of members. */
async function shown(person, who, seen) {
  const list = person.page.getByRole('complementary', { name: 'Members' });
  const row = list.getByRole('button', { name: new RegExp(who) });
  await row.locator(`.presence[data-seen=${seen}]`).waitFor();
}

test('a choice is shown to the other at once, and on the other device', async () => {
  await shown(bob, 'Ada', 'online');
  const phone = await Person.sit(browser, server, 'Ada');
  await phone.go('/login');
  await phone.logIn();
  await phone.composer().waitFor();
  await choose(ada, 'Do not disturb');
  await shown(bob, 'Ada', 'do_not_disturb');
  await own(phone).getByText('Do not disturb').waitFor();
  await choose(phone, 'Idle');
  await shown(bob, 'Ada', 'idle');
  await own(ada).getByText('Idle').waitFor();
  await phone.leave();
});

test('who is invisible is offline to others, also after a reload, and can write', async () => {
  await choose(ada, 'Invisible');
  await shown(bob, 'Ada', 'offline');
  await own(ada).getByText('Invisible').waitFor();
  await ada.page.reload();
  await ada.say('From nowhere');
  await bob.sees('From nowhere');
  await shown(bob, 'Ada', 'offline');
  await choose(ada, 'Online');
  await shown(bob, 'Ada', 'online');
});

test('a device that nobody touches is idle, until it is touched', async () => {
  await bob.context.clock.install();
  await bob.page.reload();
  await bob.composer().waitFor();
  await shown(ada, 'Bob', 'online');
  await bob.context.clock.fastForward('11:00');
  await shown(ada, 'Bob', 'idle');
  await bob.page.mouse.click(640, 400);
  await shown(ada, 'Bob', 'online');
});
