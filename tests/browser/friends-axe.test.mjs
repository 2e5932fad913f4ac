// The pages of friends, on dark and light, large and small: axe finds nothing wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const password = 'friends like long passwords';

let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  const ada = await Person.sit(browser, server, 'Ada');
  await ada.setUp('The Gallery');
  await ada.leave();
  const { access_token: token, user: me } = await server.call('POST', '/sessions', {
    body: { email: ada.email, password: ada.password },
  });
  for (const [index, name] of ['Bob Marsh', 'Cecilia Vondráček', 'Dmitri', 'Eve', 'Finn', 'Grete'].entries()) {
    const body = { email: `friend${index}@example.org`, password, display_name: name };
    const other = await server.call('POST', '/accounts', { body });
    await server.call('PATCH', '/me', {
      token: other.access_token,
      body: { status: index === 1 ? { emoji: '🎨', text: 'Painting until late' } : { emoji: '', text: '' } },
    });
    if (index === 5) {
      await server.call('PUT', `/me/blocks/${other.user.id}`, { token });
      continue;
    }
    // The first three are friends, one has asked, one was asked.
    if (index !== 4) await server.call('PUT', `/me/friends/${me.id}`, { token: other.access_token });
    if (index !== 3) await server.call('PUT', `/me/friends/${other.user.id}`, { token });
  }
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
      await person.go('/login');
      await person.logIn();
      await person.composer().waitFor();
      await person.go('/directs');
      await page.getByRole('heading', { name: 'Nobody is around' }).waitFor();
      await check('friends-none-online');
      await page.getByRole('tab', { name: 'All' }).click();
      await page.getByText('Painting until late').waitFor();
      await check('friends-all');
      await page.getByRole('button', { name: /Bob Marsh @/ }).click();
      await page.getByRole('button', { name: 'Remove friend' }).waitFor();
      await check('friends-profile');
      await page.getByRole('button', { name: 'Remove friend' }).click();
      await page.getByRole('dialog', { name: /Remove Bob Marsh/ }).waitFor();
      await check('friends-remove');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: /Pending/ }).click();
      await page.getByRole('button', { name: 'Accept Eve' }).waitFor();
      await check('friends-pending');
      await page.getByRole('button', { name: /Eve @/ }).click();
      await page.getByText('Wants to be your friend').nth(1).waitFor();
      await check('friends-answer');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'Blocked' }).click();
      await page.getByRole('button', { name: 'Unblock Grete' }).waitFor();
      await check('friends-blocked');
      await page.getByRole('button', { name: /Grete @/ }).click();
      await page.getByText('You have blocked this person').waitFor();
      await check('friends-blocked-profile');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'All' }).click();
      await page.getByRole('button', { name: 'More about Dmitri' }).click();
      await page.getByRole('menuitem', { name: 'Block' }).click();
      await page.getByRole('dialog', { name: 'Block Dmitri?' }).waitFor();
      await check('friends-block');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'Add friend' }).click();
      await page.getByLabel('Handle').fill('nobody.of.that.name');
      await page.getByRole('button', { name: 'Send request' }).click();
      await page.getByText('Nobody here has the handle').waitFor();
      await check('friends-add');
      // On a phone the way to the settings is behind the channel list.
      if (width < 700) {
        await page.getByRole('button', { name: 'Open the channel list' }).click();
        await check('friends-list');
      }
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('tab', { name: 'Privacy' }).click();
      await page.getByText('Who may send you friend requests').waitFor();
      await check('settings-privacy');
      await person.leave();
    });
  }
}
