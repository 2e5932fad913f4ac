// Moderation between three browsers: a nickname, a time-out, a kick, a ban and what the audit log says of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

let browser;
let server;
let ada;
let bob;
let cid;
let invite;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  ada = await Person.sit(browser, server, 'Ada');
  bob = await Person.sit(browser, server, 'Bob');
  cid = await Person.sit(browser, server, 'Cid');
  invite = await ada.setUp('The Workshop');
  await bob.join(invite);
  await cid.join(invite);
});

after(async () => {
  await Promise.all([ada, bob, cid].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const members = (person) => person.page.getByRole('complementary', { name: 'Members' });
const dialog = (person, name) => person.page.getByRole('dialog', { name });
const rail = (person) => person.page.getByRole('navigation', { name: 'Guilds' });

async function moderate(person, name, item) {
  await members(person).getByText(name, { exact: true }).click();
  await dialog(person, 'Profile').getByRole('button', { name: 'Moderate' }).click();
  await person.page.getByRole('menuitem', { name: item }).click();
}

test('a nickname shows wherever the member is named in the guild', async () => {
  await bob.say('Good morning');
  await ada.sees('Good morning');
  await moderate(ada, 'Bob', 'Change nickname');
  await dialog(ada, 'Nickname').getByLabel('Nickname').fill('Bob the Smith');
  await dialog(ada, 'Nickname').getByRole('button', { name: 'Save' }).click();
  for (const person of [ada, bob, cid]) {
    await members(person).getByText('Bob the Smith').waitFor();
    await person.message('Good morning').getByText('Bob the Smith').first().waitFor();
  }
  await members(ada).getByText('Bob the Smith').click();
  await dialog(ada, 'Profile').getByRole('heading', { name: 'Bob the Smith' }).waitFor();
  await dialog(ada, 'Profile').getByText('@bob').waitFor();
  await ada.shoot('nickname');
  await ada.page.keyboard.press('Escape');
  await dialog(ada, 'Profile').waitFor({ state: 'detached' });
});

test('who is timed out reads on, and writes again when it is taken back', async () => {
  await moderate(ada, 'Bob the Smith', 'Time out…');
  await dialog(ada, 'Time out Bob the Smith?').getByLabel('Reason').fill('Too early for that');
  await ada.shoot('time-out');
  await dialog(ada, 'Time out Bob the Smith?').getByRole('button', { name: 'Time out' }).click();
  await bob.page.getByText('You are timed out here').waitFor();
  await bob.composer().waitFor({ state: 'detached' });
  await members(ada).getByLabel('Timed out').waitFor();
  await ada.say('Still with us?');
  await bob.sees('Still with us?');
  await bob.shoot('timed-out');
  await moderate(ada, 'Bob the Smith', 'End time-out');
  await bob.composer().waitFor();
  await bob.say('Yes');
  await bob.sent('Yes');
});

test('a report of a message reaches who keeps order, and is closed with a note', async () => {
  await ada.page.keyboard.press('Escape');
  await cid.message('Yes').hover();
  await cid.message('Yes').getByRole('button', { name: 'Report' }).click();
  await dialog(cid, /^Report what/).getByLabel('What is wrong?').fill('It was no question');
  await cid.shoot('report');
  await dialog(cid, /^Report what/).getByRole('button', { name: 'Report' }).click();
  await cid.page.getByText('The moderators will look at it').waitFor();

  await ada.page.getByRole('button', { name: /guild menu/ }).click();
  await ada.page.getByRole('menuitem', { name: 'Guild settings' }).click();
  const settings = dialog(ada, 'Guild settings');
  await settings.getByRole('tab', { name: 'Reports' }).click();
  const report = settings.getByRole('list', { name: 'Reports' }).getByRole('listitem');
  await report.getByText('It was no question').waitFor();
  await report.getByLabel('What was done').fill('Talked to both');
  await ada.shoot('reports');
  await report.getByRole('button', { name: 'Close', exact: true }).click();
  await settings.getByText('Nothing waits for you').waitFor();
  await settings.getByText('Closed', { exact: true }).click();
  await report.getByText('Talked to both').waitFor();
  await settings.locator('.dialog-close').click();
  await settings.waitFor({ state: 'detached' });
});

test('who is kicked is out at once, and comes back by the invite', async () => {
  await ada.page.keyboard.press('Escape');
  await moderate(ada, 'Cid', 'Kick…');
  await dialog(ada, 'Kick Cid?').getByRole('button', { name: 'Kick' }).click();
  await rail(cid).getByRole('link', { name: /The Workshop/ }).waitFor({ state: 'detached' });
  await members(ada).getByText('Cid', { exact: true }).waitFor({ state: 'detached' });
  await cid.page.goto(invite);
  await cid.page.getByRole('button', { name: 'Accept invite' }).click();
  await cid.composer().waitFor();
});

test('who is banned can’t come back until the ban is lifted', async () => {
  await moderate(ada, 'Cid', 'Ban…');
  await dialog(ada, 'Ban Cid?').getByLabel('Reason').fill('Twice is enough');
  await dialog(ada, 'Ban Cid?').getByRole('button', { name: 'Ban' }).click();
  await rail(cid).getByRole('link', { name: /The Workshop/ }).waitFor({ state: 'detached' });
  await cid.page.goto(invite);
  await cid.page.getByRole('button', { name: 'Accept invite' }).click();
  await cid.page.getByText('You were banned from this guild').waitFor();

  await ada.page.getByRole('button', { name: /guild menu/ }).click();
  await ada.page.getByRole('menuitem', { name: 'Guild settings' }).click();
  const settings = dialog(ada, 'Guild settings');
  await settings.getByRole('tab', { name: 'Bans' }).click();
  const ban = settings.getByRole('list', { name: 'Bans' }).getByRole('listitem').filter({ hasText: 'Cid' });
  await ban.getByText('Twice is enough').waitFor();
  await ada.shoot('bans');
  await ban.getByRole('button', { name: 'Unban Cid' }).click();
  await settings.getByText('Nobody is banned').waitFor();
  await cid.page.goto(invite);
  await cid.page.getByRole('button', { name: 'Accept invite' }).click();
  await cid.composer().waitFor();
});

test('the audit log has it all, and shows what is asked for', async () => {
  const settings = dialog(ada, 'Guild settings');
  await settings.getByRole('tab', { name: 'Audit log' }).click();
  const acts = settings.getByRole('list', { name: 'Acts' }).getByRole('listitem');
  for (const text of [/Ada lifted the ban of Cid/, /Ada banned Cid/, /Ada kicked Cid/, /Ada timed out Bob/]) {
    await acts.filter({ hasText: text }).first().waitFor();
  }
  await acts.filter({ hasText: 'Too early for that' }).waitFor();
  await ada.shoot('audit-log');
  await settings.getByLabel('Show').selectOption('member_kicked');
  await acts.filter({ hasText: /banned/ }).first().waitFor({ state: 'detached' });
  await acts.filter({ hasText: /Ada kicked Cid/ }).waitFor();
  assert.equal(await acts.count(), 1);
});
