// The pages of who runs the server, on dark and light, large and small: axe finds nothing wrong.
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
  await ada.setUp('The Night Owls');
  await ada.leave();
  await server.register('Bob');
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (person, name) => person.page.getByRole('heading', { name });
const button = (person, name) => person.page.getByRole('button', { name, exact: true });

for (const colorScheme of ['dark', 'light']) {
  for (const width of [1440, 1024, 390]) {
    test(`axe finds nothing wrong (${colorScheme}, ${width} px)`, async () => {
      const options = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const person = await Person.sit(browser, server, 'Ada', options);
      await person.go('/login?next=/operator');
      await person.page.getByLabel('E-mail').fill(person.email);
      await person.page.getByLabel('Password', { exact: true }).fill(person.password);
      await button(person, 'Log in').click();
      const check = async (path, name) => {
        if (path) await person.go(path);
        await heading(person, name).first().waitFor();
        await person.page.waitForLoadState('networkidle');
        await person.page.evaluate(axe);
        await person.page.waitForTimeout(400);
        if (process.env.GUILDHALL_TEST_SHOTS) await person.shoot(`operator-${name}-${colorScheme}-${width}`);
        const { violations } = await person.page.evaluate(() => globalThis.axe.run());
        const told = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
        assert.deepEqual(told, [], name);
      };
      await check(null, 'Overview');
      await check('/operator/accounts', 'Accounts');
      await check('/operator/registration', 'Registration');
      await check('/operator/audit', 'Audit log');
      await person.go('/operator/accounts?q=bob%40');
      await person.page.getByText('bob@example.org').click();
      await check(null, 'Actions');
      await button(person, 'Suspend').click();
      await check(null, 'Suspend Bob?');
      await person.leave();
    });
  }
}
