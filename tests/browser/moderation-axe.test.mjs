// The pages and dialogs of moderation, on dark and light, large and small: axe finds nothing wrong.
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
  const people = [];
  let invite;
  for (const name of ['Ada', 'Bob', 'Cid']) {
    const person = await Person.sit(browser, server, name);
    if (invite) await person.join(invite);
    else invite = await person.setUp('The Workshop');
    people.push(person);
  }
  await people[1].say('The iron is hot');
  await people[1].sent('The iron is hot');
  await Promise.all(people.map((person) => person.leave()));
  const signIn = async ({ email, password }) => {
    const { user, access_token: token } = await server.call('POST', '/sessions', { body: { email, password } });
    return { id: user.id, as: (method, path, body) => server.call(method, path, { token, body }) };
  };
  const [adas, bobs, cids] = await Promise.all(people.map(signIn));
  const [{ guild, channels }] = (await adas.as('GET', '/overview')).guilds;
  const at = `/guilds/${guild.id}`;
  const { items } = await adas.as('GET', `/channels/${channels[0].channel.id}/messages`);
  const report = { user: bobs.id, channel: channels[0].channel.id, message: items.at(-1).id, reason: 'Too hot' };
  await cids.as('POST', `${at}/reports`, report);
  await adas.as('PATCH', `${at}/members/${bobs.id}`, { nickname: 'Bob the Smith' });
  await adas.as('PUT', `${at}/members/${bobs.id}/time-out`, { seconds: 3_600, reason: 'Too hot' });
  await adas.as('POST', `${at}/roles`, { name: 'Guards', permissions: 256 });
  await adas.as('PUT', `${at}/bans/${cids.id}`, { reason: 'Hid the hammer' });
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
      await person.message('The iron is hot').getByRole('button').first().click();
      const profile = page.getByRole('dialog', { name: 'Profile' });
      await profile.getByRole('button', { name: 'Report' }).waitFor();
      await check('moderation-profile');
      await profile.getByRole('button', { name: 'Report' }).click();
      await page.getByLabel('What is wrong?').waitFor();
      await check('moderation-report');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      if (width < 700) await page.getByRole('button', { name: 'Open the channel list' }).click();
      await page.getByRole('button', { name: /guild menu/ }).click();
      await page.getByRole('menuitem', { name: 'Guild settings' }).click();
      for (const [tab, list] of [['Reports', 'Reports'], ['Bans', 'Bans'], ['Audit log', 'Acts']]) {
        await page.getByRole('tab', { name: tab }).click();
        await page.getByRole('list', { name: list }).getByRole('listitem').first().waitFor();
        await check(`moderation-${tab.toLowerCase().replace(' ', '-')}`);
      }
      await person.leave();
    });
  }
}
