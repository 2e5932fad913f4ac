// Roles: the owner makes one and gives it; what it opens appears for the other at once, and goes again.
import assert from 'node:assert/strict';
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
const channels = (person) => person.page.getByRole('navigation', { name: 'Channels' });
const close = async (person) => {
  await person.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await person.page.getByRole('dialog').waitFor({ state: 'detached' });
};

test('a role is made with a colour and a group of its own', async () => {
  await ada.page.getByRole('button', { name: /guild menu/ }).click();
  await ada.page.getByRole('menuitem', { name: 'Guild settings' }).click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByRole('tab', { name: 'Roles' }).click();
  await dialog.getByRole('button', { name: 'New role' }).click();
  await dialog.getByLabel('Role name').fill('Smiths');
  await dialog.getByRole('button', { name: 'Colour #f76b15' }).click();
  await dialog.getByRole('switch', { name: /as a group/ }).click();
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.getByRole('list', { name: /Roles/ }).getByText('Smiths').waitFor();
  await ada.shoot('roles');
  await close(ada);
});

test('what a role opens appears and goes with it', async () => {
  await ada.page.getByRole('button', { name: 'Create channel' }).first().click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByLabel('Channel name').fill('forge');
  await dialog.getByRole('switch', { name: /Private/ }).click();
  await dialog.getByRole('button', { name: 'Create channel' }).click();
  await ada.page.getByRole('textbox', { name: 'Message #forge' }).waitFor();
  await channels(ada).getByRole('button', { name: 'Settings of forge' }).click();
  await ada.page.getByRole('menuitem', { name: 'Permissions' }).click();
  await dialog.getByRole('button', { name: /Smiths/ }).click();
  await dialog.getByText('the channel doesn’t show').waitFor();
  await dialog.getByRole('group', { name: /View channel/ }).getByRole('radio', { name: 'Allow', exact: true }).click();
  await dialog.getByText(/view channel, send messages/).waitFor();
  await ada.shoot('channel-permissions');
  await close(ada);
  assert.equal(await channels(bob).getByText('forge').count(), 0);

  await members(ada).getByText('Bob').click();
  await ada.page.getByRole('button', { name: 'Give a role' }).click();
  await ada.page.getByRole('menuitem', { name: 'Smiths' }).click();
  await ada.page.getByRole('button', { name: 'Take the role Smiths' }).waitFor();
  await bob.openChannel('forge');
  await bob.say('The iron is hot');
  await bob.sent('The iron is hot');
  await members(bob).getByRole('heading', { name: /Smiths/ }).waitFor();
  await ada.shoot('member-roles');

  await ada.page.getByRole('button', { name: 'Take the role Smiths' }).click();
  await channels(bob).getByText('forge').waitFor({ state: 'detached' });
  await members(bob).getByRole('heading', { name: /Smiths/ }).waitFor({ state: 'detached' });
});
