// Accounts: links in mails, forgotten and changed passwords, sessions in several browsers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

let browser;
let server;
let ada;
/** The same person at another browser. */
let phone;

before(async () => {
  browser = await openBrowser();
  server = await Server.start();
  ada = await Person.sit(browser, server, 'Ada');
  phone = await Person.sit(browser, server, 'Ada');
});

after(async () => {
  await Promise.all([ada, phone].map((person) => person?.leave()));
  await browser?.close();
  await server?.stop();
});

const heading = (person, name) => person.page.getByRole('heading', { name });
const logInButton = (person) => person.page.getByRole('button', { name: 'Log in', exact: true });

async function openSettings(person, tab) {
  await person.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await person.page.getByRole('tab', { name: tab }).click();
}

async function closeSettings(person) {
  await person.page.getByRole('button', { name: 'Close' }).click();
}

test('the link in a mail proves the address, once, and an open window hears of it', async () => {
  await ada.setUp('The Night Owls');
  const link = await server.link('verify-email', 'ada@example.org');
  assert.ok(link.startsWith(`${server.url}/verify#`), link);
  await openSettings(ada, 'Account');
  await ada.page.getByText('Not confirmed').waitFor();
  const mail = await Person.sit(browser, server, 'Mail');
  await mail.page.goto(link);
  await heading(mail, 'Address confirmed').waitFor();
  assert.equal(new URL(mail.page.url()).hash, '', 'the secret is out of the address bar');
  await ada.page.getByText('Confirmed', { exact: true }).waitFor();
  await mail.page.goto('about:blank');
  await mail.page.goto(link);
  await heading(mail, 'This link was used already').waitFor();
  await mail.go('/verify#nonsense');
  await mail.page.reload();
  await heading(mail, 'This link doesn’t work here').waitFor();
  await closeSettings(ada);
  await mail.leave();
});

test('a forgotten password is set anew by mail, and every session ends by itself', async () => {
  await phone.go('/login');
  await phone.logIn();
  await phone.composer().waitFor();
  const guest = await Person.sit(browser, server, 'Guest');
  await guest.go('/login');
  await guest.page.getByRole('link', { name: 'Forgot your password?' }).click();
  await guest.page.getByLabel('E-mail').fill('ada@example.org');
  await guest.page.getByRole('button', { name: 'Mail me a link' }).click();
  await heading(guest, 'Check your mail').waitFor();
  const link = await server.link('reset-password', 'ada@example.org');
  await guest.page.goto(link);
  const submit = guest.page.getByRole('button', { name: 'Set password' });
  assert.equal(await submit.isDisabled(), true);
  await guest.page.getByLabel('New password').fill('password12');
  await submit.click();
  await guest.page.getByRole('alert').filter({ hasText: /guessed first/ }).waitFor();
  const password = 'Ada has found a better one';
  await guest.page.getByLabel('New password').fill(password);
  await submit.click();
  await heading(guest, 'Password set').waitFor();
  for (const person of [ada, phone]) {
    await logInButton(person).waitFor();
    person.password = password;
    await person.logIn();
    await person.composer().waitFor();
  }
  await guest.page.goto('about:blank');
  await guest.page.goto(link);
  await guest.page.getByLabel('New password').fill('And once more with it');
  await guest.page.getByRole('button', { name: 'Set password' }).click();
  await heading(guest, 'This link was used already').waitFor();
  await guest.page.getByRole('link', { name: 'Ask for a new link' }).click();
  await guest.page.getByLabel('E-mail').fill('nobody@example.org');
  await guest.page.getByRole('button', { name: 'Mail me a link' }).click();
  await heading(guest, 'Check your mail').waitFor();
  await guest.leave();
});

test('a session on another browser is listed, and ended from here', async () => {
  await openSettings(ada, 'Sessions');
  const rows = ada.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
  await ada.page.getByText('This one').waitFor();
  assert.equal(await rows.count(), 2);
  assert.match(await rows.nth(1).innerText(), /Chrome on Linux[^]*127\.0\.0\.1/);
  await ada.page.getByRole('button', { name: 'Log out Chrome on Linux' }).click();
  await logInButton(phone).waitFor();
  await ada.page.waitForFunction(() => document.querySelectorAll('.session').length === 1);
  await closeSettings(ada);
  await ada.say('Still here');
  await ada.sent('Still here');
});

test('a changed password ends the others and keeps this one', async () => {
  await phone.logIn();
  await phone.composer().waitFor();
  await openSettings(ada, 'Security');
  await ada.page.getByLabel('Old password').fill('not the old one');
  await ada.page.getByLabel('New password').fill('A third one, much longer');
  await ada.page.getByRole('button', { name: 'Change password' }).click();
  await ada.page.getByRole('alert').filter({ hasText: /isn't your password/ }).waitFor();
  await ada.page.getByLabel('Old password').fill(ada.password);
  await ada.page.getByRole('button', { name: 'Change password' }).click();
  await ada.page.getByText('Password changed, other sessions ended').waitFor();
  await logInButton(phone).waitFor();
  ada.password = 'A third one, much longer';
  await server.link('password-changed', 'ada@example.org');
});

test('a new address is confirmed by mail, and the old one is told', async () => {
  await ada.page.getByRole('tab', { name: 'Account' }).click();
  await ada.page.getByRole('button', { name: 'Change e-mail' }).click();
  await ada.page.getByLabel('New e-mail').fill('countess@example.org');
  await ada.page.getByRole('button', { name: 'Mail the link' }).click();
  await ada.page.getByText('Confirm it by the mail to countess@example.org').waitFor();
  phone.email = 'countess@example.org';
  phone.password = ada.password;
  await phone.page.goto(await server.link('change-email', 'countess@example.org'));
  await heading(phone, 'Address confirmed').waitFor();
  await ada.page.locator('.settings-fact').filter({ hasText: 'countess@example.org' }).waitFor();
  await server.link('email-changed', 'ada@example.org');
  await closeSettings(ada);
  await phone.page.getByRole('link', { name: 'Log in' }).click();
  await phone.logIn();
  await phone.composer().waitFor();
});

test('where addresses must be proven, free and taken ones look alike', async () => {
  const strict = await Server.start({ GUILDHALL_ACCOUNTS_REQUIRE_VERIFIED_EMAIL: 'true' });
  const [owner, eve] = [await Person.sit(browser, strict, 'Owner'), await Person.sit(browser, strict, 'Eve')];
  await owner.setUp('The Library');
  for (const email of ['owner@example.org', 'eve@example.org']) {
    await eve.go('/register');
    await eve.fillAccount();
    await eve.page.getByLabel('E-mail').fill(email);
    await eve.page.getByRole('button', { name: 'Create account' }).click();
    await heading(eve, 'Check your mail').waitFor();
    await eve.page.getByText(email).waitFor();
  }
  await strict.link('already-registered', 'owner@example.org');
  await eve.page.getByRole('link', { name: 'Log in' }).click();
  await eve.logIn();
  await eve.page.getByRole('alert').filter({ hasText: /Confirm your e-mail address first/ }).waitFor();
  await strict.link('verify-email', 'eve@example.org');
  await eve.page.getByRole('button', { name: 'Send the mail again' }).click();
  await eve.page.goto(await strict.link('verify-email', 'eve@example.org'));
  await heading(eve, 'Address confirmed').waitFor();
  await eve.page.getByRole('link', { name: 'Log in' }).click();
  await eve.logIn();
  await eve.page.getByRole('navigation', { name: 'Guilds' }).waitFor();
  await Promise.all([owner.leave(), eve.leave()]);
  await strict.stop();
});
