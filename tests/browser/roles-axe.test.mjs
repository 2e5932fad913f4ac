// The pages of roles and permissions, on dark and light, large and small: axe finds nothing wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
// Send, manage channels, manage roles.
const KEEPERS = 2 + 8 + 128;

let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  const ada = await Person.sit(browser, server, 'Ada');
  const bob = await Person.sit(browser, server, 'Bob');
  await bob.join(await ada.setUp('The Workshop'));
  await bob.say('The iron is hot');
  await bob.sent('The iron is hot');
  await Promise.all([ada, bob].map((person) => person.leave()));
  const signIn = ({ email, password }) => server.call('POST', '/sessions', { body: { email, password } });
  const { access_token: token } = await signIn(ada);
  const bobs = (await signIn(bob)).user.id;
  const as = (method, path, body) => server.call(method, path, { token, body });
  const { guilds } = await as('GET', '/overview');
  const [{ guild, channels }] = guilds;
  const keepers = await as('POST', `/guilds/${guild.id}/roles`, { name: 'Keepers', color: '#f76b15', hoisted: true, permissions: KEEPERS });
  await as('POST', `/guilds/${guild.id}/roles`, { name: 'Apprentices', color: '#0090ff' });
  await as('PUT', `/guilds/${guild.id}/members/${bobs}/roles/${keepers.id}`);
  await as('PUT', `/channels/${channels[0].channel.id}/overwrites/roles/${keepers.id}`, { allow: 8, deny: 2 });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing wrong (${colorScheme}, ${width} px)`, async () => {
      const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const person = await Person.sit(browser, server, 'Ada', options);
      const { page } = person;
      const check = async (place) => {
        await page.evaluate(axe);
        // Motion would be caught half-way, with half its colours.
        await page.waitForTimeout(400);
        if (process.env.GUILDHALL_TEST_SHOTS) await person.shoot(`${place}-${colorScheme}-${width}`);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
        assert.deepEqual(told, [], place);
      };
      const openList = async () => {
        if (width < 700) await page.getByRole('button', { name: 'Open the channel list' }).click();
      };
      await person.go('/login');
      await person.logIn();
      await person.composer().waitFor();
      await person.message('The iron is hot').getByRole('button').first().click();
      const profile = page.getByRole('dialog', { name: 'Profile' });
      if (width >= 1100) await profile.getByText('Keepers').waitFor();
      await check('roles-profile');
      await page.keyboard.press('Escape');
      await openList();
      await page.getByRole('button', { name: /guild menu/ }).click();
      await page.getByRole('menuitem', { name: 'Guild settings' }).click();
      await page.getByRole('tab', { name: 'Roles' }).click();
      await page.getByLabel('Role name').waitFor();
      await check('roles-settings');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Settings of general' }).click();
      await page.getByRole('menuitem', { name: 'Permissions' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: /Keepers/ }).click();
      await dialog.getByText(/Seen with this role/).waitFor();
      await check('roles-channel');
      await person.leave();
    });
  }
}
