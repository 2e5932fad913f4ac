// The pages of profiles, on dark and light, large and small: axe finds nothing wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { picture } from './picture.mjs';
import { Server } from './server.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  const ada = await Person.sit(browser, server, 'Ada');
  await ada.setUp('The Gallery');
  await ada.say('Who am I?');
  await ada.sent('Who am I?');
  await ada.leave();
  const { access_token: token } = await server.call('POST', '/sessions', { body: { email: ada.email, password: ada.password } });
  const body = {
    pronouns: 'she/her',
    bio: 'Paints miniatures.',
    accent_color: '#2f9e8f',
    status: { emoji: '🎲', text: 'Rolling for initiative' },
  };
  await server.call('PATCH', '/me', { token, body });
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
      await person.message('Who am I?').getByRole('button').first().click();
      await page.getByRole('dialog', { name: 'Profile' }).getByText('Paints miniatures.').waitFor();
      await check('profile-card');
      await page.keyboard.press('Escape');
      // On a phone the way to the settings is behind the channel list.
      if (width < 700) await page.getByRole('button', { name: 'Open the channel list' }).click();
      await page.getByRole('button', { name: /your presence and status/ }).click();
      await check('presence');
      await page.getByRole('menuitem', { name: 'Change your status' }).click();
      await page.getByLabel('What are you up to?').waitFor();
      await check('status');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('tab', { name: 'Profile' }).click();
      await check('settings-profile');
      const file = { name: 'me.png', mimeType: 'image/png', buffer: picture(300, 200, [200, 60, 60]) };
      await page.getByLabel('Avatar', { exact: true }).locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Use this part' }).waitFor();
      await check('settings-crop');
      await page.getByRole('tab', { name: 'Appearance' }).click();
      await page.getByRole('switch', { name: /Enter sends/ }).waitFor();
      await check('settings-appearance');
      await person.leave();
    });
  }
}
