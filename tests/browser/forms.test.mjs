// Forms: errors by the field, submit disabled until valid, pages that say what is wrong; axe finds nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let browser;
let server;
let ada;
let invite;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  ada = await Person.sit(browser, server, 'Ada');
  invite = await ada.setUp('The Library');
});

after(async () => {
  await ada?.leave();
  await browser?.close();
  await server?.stop();
});

async function guest(name, options) {
  return Person.sit(browser, server, name, options);
}

test('an account form is checked as it is filled, and the server refuses by the field', async () => {
  const eve = await guest('Eve');
  await eve.go('/register');
  const submit = eve.page.getByRole('button', { name: 'Create account' });
  assert.equal(await submit.isDisabled(), true);
  await eve.fillAccount();
  assert.equal(await submit.isDisabled(), false);
  await eve.page.getByLabel('Password', { exact: true }).fill('short');
  await eve.page.getByLabel('Password', { exact: true }).blur();
  assert.equal(await submit.isDisabled(), true);
  await eve.page.getByRole('alert').filter({ hasText: /10 characters/ }).waitFor();
  await eve.page.getByLabel('Password', { exact: true }).fill(eve.password);
  await eve.page.getByLabel('E-mail').fill('ada@example.org');
  await submit.click();
  await eve.page.getByRole('alert').filter({ hasText: /account with this e-mail/ }).waitFor();
  assert.equal(await eve.page.getByLabel('E-mail').getAttribute('aria-invalid'), 'true');
  assert.equal(await eve.page.getByLabel('Display name').inputValue(), 'Eve', 'nothing that was typed is lost');
  await eve.leave();
});

test('a wrong password is said so, and the right one goes on', async () => {
  const tab = await guest('Ada');
  await tab.go('/login');
  await tab.page.getByLabel('E-mail').fill('ada@example.org');
  await tab.page.getByLabel('Password', { exact: true }).fill('not the password');
  await tab.page.getByRole('button', { name: 'Log in' }).click();
  await tab.page.getByRole('alert').filter({ hasText: /wrong/ }).waitFor();
  await tab.logIn();
  await tab.composer().waitFor();
  await tab.leave();
});

test('an invite that is unknown says so', async () => {
  const eve = await guest('Eve');
  await eve.go('/invite/AAAAAAAAAAAAAAAAAAAAAA');
  await eve.page.getByRole('heading', { name: /doesn’t work any more/ }).waitFor();
  await eve.leave();
});

test('a place that is not there sends a person home, and strangers to the log-in', async () => {
  await ada.go('/channels/1/2');
  await ada.page.getByRole('navigation', { name: 'Guilds' }).waitFor();
  const eve = await guest('Eve');
  await eve.go('/channels/1/2');
  await eve.page.getByRole('button', { name: 'Log in' }).waitFor();
  await eve.leave();
});

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing wrong (${colorScheme}, ${width} px)`, async () => {
      const name = `Axe${colorScheme}${width}`;
      const person = await guest(name, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      const check = async (place) => {
        await person.page.evaluate(axe);
        // Motion would be caught half-way, with half its colours.
        await person.page.waitForTimeout(400);
        const { violations } = await person.page.evaluate(() => globalThis.axe.run());
        const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
        assert.deepEqual(told, [], place);
      };
      await person.go('/login');
      await person.page.getByRole('button', { name: 'Log in' }).waitFor();
      await check('log-in');
      await person.go('/register');
      await person.page.getByRole('button', { name: 'Create account' }).waitFor();
      await check('register');
      await person.page.goto(invite);
      await person.page.getByRole('button', { name: 'Accept invite' }).waitFor();
      await check('invite');
      await person.join(invite);
      await person.say(`Hello from **${name}**, see \`code\` and https://example.org\n> a quote\n- a list`);
      await person.sent(`Hello from ${name}`);
      await check('conversation');
      await person.leave();
    });
  }
}
