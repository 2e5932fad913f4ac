// The pages of accounts, on dark and light, large and small: axe finds nothing wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  const ada = await Person.sit(browser, server, 'Ada');
  await ada.setUp('The Library');
  await ada.leave();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (person, name) => person.page.getByRole('heading', { name });

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing wrong (${colorScheme}, ${width} px)`, async () => {
      const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const person = await Person.sit(browser, server, 'Ada', options);
      const check = async (place) => {
        await person.page.evaluate(axe);
        // Motion would be caught half-way, with half its colours.
        await person.page.waitForTimeout(400);
        if (process.env.GUILDHALL_TEST_SHOTS) await person.shoot(`${place}-${colorScheme}-${width}`);
        const { violations } = await person.page.evaluate(() => globalThis.axe.run());
        const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
        assert.deepEqual(told, [], place);
      };
      await person.go('/forgot-password');
      await heading(person, 'Forgot your password?').waitFor();
      await check('forgot-password');
      await person.page.getByLabel('E-mail').fill(`nobody${colorScheme}${width}@example.org`);
      await person.page.getByRole('button', { name: 'Mail me a link' }).click();
      await heading(person, 'Check your mail').waitFor();
      await check('check-mail');
      await person.go('/reset-password#nonsense');
      await person.page.getByLabel('New password').fill('A password that is long');
      await check('reset-password');
      await person.page.getByRole('button', { name: 'Set password' }).click();
      await heading(person, 'This link doesn’t work here').waitFor();
      await check('link-unknown');
      await person.go('/login');
      await person.logIn();
      await person.composer().waitFor();
      // On a phone the way to the settings is behind the channel list.
      if (width < 700) await person.page.getByRole('button', { name: 'Open the channel list' }).click();
      await person.page.getByRole('button', { name: 'Settings', exact: true }).click();
      await person.page.getByRole('tab', { name: 'Account' }).click();
      await person.page.getByRole('button', { name: 'Change e-mail' }).click();
      await check('settings-account');
      await person.page.getByRole('tab', { name: 'Security' }).click();
      await person.page.getByRole('button', { name: 'Set up an app' }).click();
      await person.page.getByRole('img', { name: /QR code/ }).waitFor();
      await check('settings-security');
      await person.page.getByRole('tab', { name: 'Sessions' }).click();
      await person.page.getByText('This one').waitFor();
      await check('settings-sessions');
      await person.leave();
    });
  }
}
