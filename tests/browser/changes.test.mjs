// Changing and deleting messages: what one does, the other sees, after a reload too.
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
  await bob.join(await ada.setUp('The Print Shop'));
});

after(async () => {
  await Promise.all([ada, bob].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const editor = (person) => person.page.getByRole('textbox', { name: 'Edit message' });

test('the up arrow changes the last message of one’s own, and the other sees it', async () => {
  await bob.say('Teh first edition');
  await bob.sent('Teh first edition');
  await ada.say('In between');
  await bob.sees('In between');
  await bob.composer().press('ArrowUp');
  await editor(bob).waitFor();
  assert.equal(await editor(bob).inputValue(), 'Teh first edition');
  await editor(bob).fill('The first edition');
  await editor(bob).press('Enter');
  for (const person of [bob, ada]) {
    await person.sees('The first edition');
    await person.message('The first edition').getByText('(edited)').waitFor();
  }
  await Promise.all([ada.page.reload(), bob.page.reload()]);
  for (const person of [ada, bob]) await person.sees('The first edition');
});

test('Escape leaves a message as it was', async () => {
  await bob.message('The first edition').focus();
  await bob.page.keyboard.press('e');
  await editor(bob).fill('Never said');
  await editor(bob).press('Escape');
  await editor(bob).waitFor({ state: 'detached' });
  await bob.sees('The first edition');
});

test('who manages messages sees what it said before', async () => {
  await ada.message('The first edition').getByRole('button', { name: '(edited)' }).click();
  const dialog = ada.page.getByRole('dialog', { name: 'Edit history' });
  await dialog.getByText('Teh first edition').waitFor();
  await ada.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('a deletion can be undone, and is gone for both when it isn’t', async () => {
  const message = bob.message('The first edition');
  await message.focus();
  await bob.page.keyboard.press('Delete');
  await bob.page.getByRole('button', { name: 'Undo' }).click();
  await bob.sees('The first edition');
  await bob.message('The first edition').hover();
  await bob.message('The first edition').getByRole('button', { name: 'Delete' }).click();
  for (const person of [bob, ada]) {
    await person.log().getByText('This message was deleted.').waitFor();
    assert.equal(await person.message('The first edition').count(), 0);
  }
  await ada.page.reload();
  await ada.log().getByText('This message was deleted.').waitFor();
});

test('a member deletes only what is one’s own, the owner everything', async () => {
  await bob.message('In between').hover();
  await bob.message('In between').getByRole('button', { name: 'Reply' }).waitFor();
  assert.equal(await bob.message('In between').getByRole('button', { name: 'Delete' }).count(), 0);
  await bob.say('Spam, spam, spam');
  await ada.sees('Spam, spam, spam');
  await ada.message('Spam, spam, spam').focus();
  await ada.page.keyboard.press('Delete');
  await bob.message('Spam, spam, spam').waitFor({ state: 'detached' });
});
