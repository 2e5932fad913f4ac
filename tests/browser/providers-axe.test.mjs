// The pages of signing in by providers, on dark and light, large and small: axe finds nothing wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { startWithProviders } from './providers.mjs';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let browser;
let place;
let server;

before(async () => {
  browser = await openBrowser();
  place = await startWithProviders({ id: 7, login: 'ada-l', email: 'ada@hub.example' });
  server = place.server;
  const owner = await Person.sit(browser, server, 'Owner');
  await owner.setUp('The Library');
  await owner.leave();
});

after(async () => {
  await browser?.close();
  await place?.stop();
});

const heading = (person, name) => person.page.getByRole('heading', { name });

async function openSecurity(person) {
  await person.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await person.page.getByRole('tab', { name: 'Security' }).click();
}

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1440, 390]) {
    test(`axe finds nothing wrong (${colorScheme}, ${width} px)`, async () => {
      const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const person = await Person.sit(browser, server, 'Owner', options);
      const check = async (place) => {
        await person.page.evaluate(axe);
        // Motion would be caught half-way, with half its colours.
        await person.page.waitForTimeout(400);
        if (process.env.GUILDHALL_TEST_SHOTS) await person.shoot(`${place}-${colorScheme}-${width}`);
        const { violations } = await person.page.evaluate(() => globalThis.axe.run());
        const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
        assert.deepEqual(told, [], place);
      };
      for (const page of ['login', 'register']) {
        await person.go(`/${page}`);
        await person.page.getByRole('link', { name: 'Continue with GitHub' }).waitFor();
        await check(`providers-${page}`);
      }
      await person.go('/api/v1/auth/github/callback?state=made-up&code=x');
      await heading(person, 'This sign-in is over').waitFor();
      await check('providers-over');
      await person.go('/login');
      await person.logIn();
      await person.composer().waitFor();
      // On a phone the way to the settings is behind the channel list.
      if (width < 700) await person.page.getByRole('button', { name: 'Open the channel list' }).click();
      await openSecurity(person);
      const link = person.page.getByRole('button', { name: 'Link GitHub' });
      await link.scrollIntoViewIfNeeded();
      await check('providers-settings');
      await person.leave();
    });
  }
}
