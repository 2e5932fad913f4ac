// What people say of themselves: changed in one browser, seen in another at once; and settings that follow to every device.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { picture } from './picture.mjs';
import { Server } from './server.mjs';

let browser;
let server;
let ada;
let bob;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  ada = await Person.sit(browser, server, 'Ada');
  bob = await Person.sit(browser, server, 'Bob');
  await bob.join(await ada.setUp('The Workshop'));
});

after(async () => {
  await Promise.all([ada, bob].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const members = (person) => person.page.getByRole('complementary', { name: 'Members' });
const dialog = (person) => person.page.getByRole('dialog', { name: 'Settings' });

async function openSettings(person, tab) {
  await person.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await dialog(person).getByRole('tab', { name: tab }).click();
}

const close = (person) => person.page.keyboard.press('Escape');

/** The colour in the middle of a picture on screen, once it is there. */
async function colourOf(image) {
  await image.waitFor();
  return image.evaluate(async (shown) => {
    await shown.decode();
    const canvas = document.createElement('canvas');
    canvas.width = shown.naturalWidth;
    canvas.height = shown.naturalHeight;
    const pen = canvas.getContext('2d');
    pen.drawImage(shown, 0, 0);
    return [...pen.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data.slice(0, 3)];
  });
}

const isNear = (one, other) => one.every((value, i) => Math.abs(value - other[i]) < 12);

test('a name, a handle and a status that one changes are there for the other at once', async () => {
  await members(bob).getByText('Ada').waitFor();
  await openSettings(ada, 'Profile');
  await dialog(ada).getByLabel('Display name').fill('Ada Lovelace');
  await dialog(ada).getByLabel('Handle').fill('countess');
  await dialog(ada).getByLabel('Pronouns').fill('she/her');
  await dialog(ada).getByLabel('About me').fill('First line.\nSecond line.');
  await dialog(ada).getByRole('button', { name: 'Save changes' }).click();
  await members(bob).getByText('Ada Lovelace').waitFor();
  await close(ada);
  await ada.page.getByRole('button', { name: /your presence and status/ }).click();
  await ada.page.getByRole('menuitem', { name: 'Set a status' }).click();
  const status = ada.page.getByRole('dialog', { name: 'Your status' });
  await status.getByRole('button', { name: '🎲' }).click();
  await status.getByLabel('What are you up to?').fill('Rolling dice');
  await status.getByRole('button', { name: 'Save' }).click();
  await members(bob).getByText('Rolling dice').waitFor();
  await members(bob).getByText('Ada Lovelace').click();
  const card = bob.page.getByRole('dialog', { name: 'Profile' });
  for (const text of ['@countess', 'she/her', 'Rolling dice', 'Second line.']) await card.getByText(text).waitFor();
  await close(bob);
});

test('a handle that is taken is said at its field', async () => {
  await openSettings(bob, 'Profile');
  await dialog(bob).getByLabel('Handle').fill('Countess');
  await dialog(bob).getByRole('button', { name: 'Save changes' }).click();
  await dialog(bob).getByText('Somebody else has that handle: choose another.').waitFor();
  assert.equal(await dialog(bob).getByLabel('Handle').getAttribute('aria-invalid'), 'true');
  await close(bob);
});

test('an avatar is cut by keys, and shown to the other at once and after a reload', async () => {
  const red = [210, 40, 50];
  await openSettings(ada, 'Profile');
  const page = dialog(ada);
  const file = { name: 'me.png', mimeType: 'image/png', buffer: picture(640, 480, red) };
  await page.getByLabel('Avatar', { exact: true }).locator('input[type=file]').setInputFiles(file);
  const view = page.getByRole('button', { name: /The part that is shown/ });
  await view.focus();
  for (const key of ['ArrowLeft', '+', '+', 'ArrowDown']) await ada.page.keyboard.press(key);
  assert.ok(Number(await page.getByRole('slider', { name: 'Zoom' }).inputValue()) > 1.1);
  await page.getByRole('button', { name: 'Use this part' }).click();
  await page.getByRole('button', { name: 'Change avatar' }).waitFor();
  await close(ada);
  const shown = members(bob).getByRole('button', { name: /Ada Lovelace/ }).locator('img.picture');
  assert.ok(isNear(await colourOf(shown), red));
  await ada.say('With a face');
  await bob.sees('With a face');
  assert.ok(isNear(await colourOf(bob.message('With a face').locator('img.picture')), red));
  await bob.page.reload();
  assert.ok(isNear(await colourOf(shown), red));
  await openSettings(ada, 'Profile');
  await page.getByRole('button', { name: 'Remove avatar' }).click();
  await page.getByRole('button', { name: 'Upload avatar' }).waitFor();
  await close(ada);
  await shown.waitFor({ state: 'detached' });
});

test('a guild shows its icon to everyone in it', async () => {
  const blue = [30, 80, 200];
  await ada.page.getByRole('button', { name: /guild menu/ }).click();
  await ada.page.getByRole('menuitem', { name: 'Guild settings' }).click();
  const page = ada.page.getByRole('dialog', { name: 'Guild settings' });
  const file = { name: 'icon.png', mimeType: 'image/png', buffer: picture(200, 200, blue) };
  await page.getByLabel('Icon', { exact: true }).locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Use this part' }).click();
  await page.getByRole('button', { name: 'Remove icon' }).waitFor();
  await close(ada);
  const rail = bob.page.getByRole('navigation', { name: 'Guilds' });
  assert.ok(isNear(await colourOf(rail.getByRole('link', { name: /The Workshop/ }).locator('img.picture')), blue));
});

test('settings follow to another device, and are there before the first paint after a reload', async () => {
  const phone = await Person.sit(browser, server, 'Ada');
  await phone.go('/login');
  await phone.logIn();
  await phone.composer().waitFor();
  const themeOf = (person) => person.page.evaluate(() => document.documentElement.dataset.theme ?? 'system');
  const becomes = (person, theme) => person.page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
  await openSettings(ada, 'Appearance');
  await dialog(ada).getByText('Dark', { exact: true }).click();
  await becomes(phone, 'dark');
  await openSettings(phone, 'Appearance');
  await dialog(phone).getByText('Light', { exact: true }).click();
  await becomes(ada, 'light');
  await dialog(phone).getByRole('switch', { name: /Enter sends/ }).click();
  await close(phone);
  await ada.page.waitForFunction(() => document.querySelectorAll('[role=switch][aria-checked=false]').length === 1);
  await close(ada);
  await ada.composer().fill('One line');
  await ada.composer().press('Enter');
  assert.equal(await ada.composer().inputValue(), 'One line\n');
  await ada.composer().press('Control+Enter');
  await ada.sent('One line');
  await phone.page.reload();
  assert.equal(await themeOf(phone), 'light');
  await phone.leave();
});
