// Who runs the server: suspends, says who may register, and sees what was done. Others are out at once.
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
  await ada.setUp('The Night Owls');
  bob = await Person.sit(browser, server, 'Bob');
});

after(async () => {
  await Promise.all([ada, bob].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const heading = (person, name) => person.page.getByRole('heading', { name });
const button = (person, name) => person.page.getByRole('button', { name, exact: true });

test('an operator suspends somebody, who is out at once and told why', async () => {
  await bob.go('/register');
  await bob.fillAccount();
  await button(bob, 'Create account').click();
  await bob.page.getByText('Good to have you, Bob').waitFor();
  await ada.page.getByRole('link', { name: 'Run this server' }).click();
  await heading(ada, 'Overview').waitFor();
  await ada.page.getByRole('link', { name: 'Accounts', exact: true }).first().click();
  await ada.page.getByRole('searchbox').fill('bob@');
  await ada.page.getByRole('list', { name: 'Accounts' }).getByText('bob@example.org').click();
  await button(ada, 'Suspend').click();
  await ada.page.getByLabel('Reason').fill('Spam in several guilds.');
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Suspend', exact: true }).click();
  await ada.page.getByText('Suspended', { exact: true }).first().waitFor();
  await heading(bob, 'Welcome back').waitFor();
  await bob.page.getByLabel('E-mail').fill(bob.email);
  await bob.page.getByLabel('Password', { exact: true }).fill(bob.password);
  await button(bob, 'Log in').click();
  await bob.page.getByRole('alert').filter({ hasText: /suspended until .*Spam in several guilds\./ }).waitFor();
  await button(ada, 'Lift the suspension').click();
  await button(ada, 'Lift suspension').click();
  await button(ada, 'Suspend').waitFor();
  await button(bob, 'Log in').click();
  await bob.page.getByText('Good to have you, Bob').waitFor();
});

test('by invitation, only who has a code gets in; closed, nobody', async () => {
  await ada.go('/operator/registration');
  await ada.page.getByRole('radio', { name: /By invitation/ }).check();
  await button(ada, 'Save').click();
  await ada.page.getByText(/^Set here on/).waitFor();
  await ada.page.getByLabel('For whom').fill('The chess club');
  await button(ada, 'Make code').click();
  await ada.page.getByRole('list', { name: 'Registration codes' }).getByText('The chess club').waitFor();
  const { access_token: token } = await server.call('POST', '/sessions', { body: { email: ada.email, password: ada.password } });
  const { items } = await server.call('GET', '/operator/registration/codes', { token });
  const cid = await Person.sit(browser, server, 'Cid');
  await cid.go('/register');
  await cid.page.getByText('This server is by invitation.').waitFor();
  await cid.fillAccount();
  await cid.page.getByLabel('Invitation code').fill('nonsense');
  await button(cid, 'Create account').click();
  await cid.page.getByRole('alert').filter({ hasText: /no such invitation/ }).waitFor();
  await cid.page.goto(items[0].link);
  await cid.page.getByText('You are invited.').waitFor();
  await cid.fillAccount();
  await button(cid, 'Create account').click();
  await cid.page.getByText('Good to have you, Cid').waitFor();
  await ada.page.reload();
  await ada.page.getByText('1 of 1 used').waitFor();

  await ada.page.getByRole('radio', { name: /Closed/ }).check();
  await button(ada, 'Save').click();
  await ada.page.getByText('Registration saved').waitFor();
  const dan = await Person.sit(browser, server, 'Dan');
  await dan.page.goto(items[0].link);
  await heading(dan, 'No new accounts').waitFor();
  await ada.go('/operator/audit');
  await ada.page.getByRole('list', { name: 'Acts' }).getByText('changed who may register').first().waitFor();
  assert.deepEqual([...ada.faults, ...bob.faults, ...cid.faults, ...dan.faults], []);
  await Promise.all([cid, dan].map((person) => person.leave()));
});

test('who doesn’t run the server sees nothing of it', async () => {
  await bob.go('/operator/accounts');
  await bob.page.getByText('Good to have you, Bob').waitFor();
  assert.equal(await bob.page.getByRole('link', { name: 'Run this server' }).count(), 0);
});
