// What opens an account: passkeys on a virtual device, an authenticator app, recovery codes, proving it anew.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { Server } from './server.mjs';

let browser;
let server;

before(async () => {
  browser = await openBrowser();
  server = await start();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A server that people reach by its name: browsers have no passkeys at a number. */
async function start(env) {
  const started = await Server.start(env);
  started.url = started.url.replace('127.0.0.1', 'localhost');
  return started;
}

/** A device that holds passkeys, and knows its person at once. */
async function addDevice(person) {
  const cdp = await person.context.newCDPSession(person.page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
  return { cdp, authenticatorId };
}

/** What an authenticator app shows that was told this secret (RFC 6238). */
function totp(secret, seconds = Date.now() / 1_000) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((char) => alphabet.indexOf(char).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(seconds / 30)));
  const hash = createHmac('sha1', key).update(step).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const button = (person, name) => person.page.getByRole('button', { name, exact: true });
const tell = (person, text) => person.page.getByRole('status').filter({ hasText: text }).waitFor();
const passkeys = (person) => person.page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');

async function openSecurity(person) {
  await button(person, 'Settings').click();
  await person.page.getByRole('tab', { name: 'Security' }).click();
}

async function logOut(person) {
  await button(person, 'Log out').click();
  await button(person, 'Log in').waitFor();
}

test('a passkey is made, named, signs in without an address by itself and by the button, and is removed', async () => {
  const ada = await Person.sit(browser, server, 'Ada');
  await addDevice(ada);
  await ada.setUp('The Night Owls');
  await openSecurity(ada);
  await button(ada, 'Add a passkey').click();
  await tell(ada, 'Passkey added');
  await server.link('passkey-added', 'ada@example.org');
  await ada.page.getByRole('button', { name: /^Rename / }).click();
  await ada.page.getByLabel('Name of the passkey').fill('My laptop');
  await button(ada, 'Save').click();
  await passkeys(ada).filter({ hasText: 'My laptop' }).filter({ hasText: 'not used yet' }).waitFor();
  await button(ada, 'Add a passkey').click();
  await ada.page.getByRole('alert').filter({ hasText: 'has a passkey for your account already' }).waitFor();

  // The device picks it by itself where the form asks for the address.
  const picked = ada.page.waitForResponse((answer) => answer.url().endsWith('/sessions/passkey') && answer.status() === 201);
  await button(ada, 'Log out').click();
  await picked;
  await ada.composer().waitFor();
  await ada.page.evaluate(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false;
  });
  await openSecurity(ada);
  await logOut(ada);
  await button(ada, 'Sign in with a passkey').click();
  await ada.composer().waitFor();
  await openSecurity(ada);
  await passkeys(ada).filter({ hasText: 'My laptop' }).filter({ hasText: 'last used' }).waitFor();
  await button(ada, 'Remove My laptop').click();
  await tell(ada, 'Passkey removed');
  await passkeys(ada).waitFor({ state: 'detached' });
  await logOut(ada);
  await button(ada, 'Sign in with a passkey').click();
  await ada.page.getByRole('alert').filter({ hasText: /isn't one of an account here/ }).waitFor();
  await ada.logIn();
  await ada.composer().waitFor();
  await ada.leave();
});

test('at an address that is a number, people are told where passkeys work', async () => {
  const ada = await Person.sit(browser, server, 'Ada');
  await ada.page.goto(server.url.replace('localhost', '127.0.0.1'));
  await ada.logIn();
  await ada.composer().waitFor();
  await openSecurity(ada);
  await ada.page.getByText(`Passkeys work at ${server.url} alone`).waitFor();
  await ada.leave();
});

test('what was signed in too long ago is proven anew, and goes on by itself', async () => {
  const strict = await start({ GUILDHALL_ACCOUNTS_PROOF_SECONDS: '1' });
  const eve = await Person.sit(browser, strict, 'Eve');
  const { cdp, authenticatorId } = await addDevice(eve);
  await eve.setUp('The Library');
  await openSecurity(eve);
  const dialog = eve.page.getByRole('dialog', { name: 'Prove it’s you' });
  await eve.page.waitForTimeout(1_100);
  await button(eve, 'Add a passkey').click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await eve.page.getByRole('alert').count(), 0);
  await button(eve, 'Add a passkey').click();
  await dialog.getByLabel('Your password').fill('not the password');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('alert').filter({ hasText: /isn't your password/ }).waitFor();
  await dialog.getByLabel('Your password').fill(eve.password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await tell(eve, 'Passkey added');

  await eve.page.waitForTimeout(1_100);
  await eve.page.getByRole('button', { name: /^Remove / }).click();
  await dialog.getByRole('button', { name: 'Use a passkey' }).click();
  await tell(eve, 'Passkey removed');
  await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  await eve.leave();
  await strict.stop();
});

test('an authenticator app is asked for after the password, each code once', async () => {
  const ada = await Person.sit(browser, server, 'Ada');
  await ada.go('/login');
  await ada.logIn();
  await ada.composer().waitFor();
  await openSecurity(ada);
  await button(ada, 'Set up an app').click();
  await ada.page.getByRole('img', { name: /QR code/ }).waitFor();
  const secret = (await ada.page.locator('.totp code').innerText()).replaceAll(' ', '');
  await ada.page.getByLabel('The code that your app shows').fill('000000');
  await button(ada, 'Turn on').click();
  await ada.page.getByRole('alert').filter({ hasText: /isn't the code/ }).waitFor();
  const first = totp(secret);
  await ada.page.getByLabel('The code that your app shows').fill(first);
  await button(ada, 'Turn on').click();
  await ada.page.locator('.recovery-codes code').first().waitFor();
  const codes = await ada.page.locator('.recovery-codes code').allInnerTexts();
  assert.equal(codes.length, 10);
  const saving = ada.page.waitForEvent('download');
  await button(ada, 'Download').click();
  assert.equal((await saving).suggestedFilename(), 'guildhall-recovery-codes.txt');
  await button(ada, 'I’ve kept them').click();
  await ada.page.getByText('10 recovery codes left').waitFor();

  await logOut(ada);
  const code = ada.page.getByLabel('Code');
  await ada.logIn();
  await code.fill(first);
  await button(ada, 'Continue').click();
  await ada.page.getByRole('alert').filter({ hasText: 'used already' }).waitFor();
  await code.fill(totp(secret, Date.now() / 1_000 + 30));
  await button(ada, 'Continue').click();
  await ada.composer().waitFor();
  await openSecurity(ada);
  await logOut(ada);
  await ada.logIn();
  await code.fill(codes[0].toUpperCase());
  await button(ada, 'Continue').click();
  await ada.composer().waitFor();
  await openSecurity(ada);
  await ada.page.getByText('9 recovery codes left').waitFor();
  await logOut(ada);
  await ada.logIn();
  await code.fill(codes[0]);
  await button(ada, 'Continue').click();
  await ada.page.getByRole('alert').filter({ hasText: 'one of your recovery codes' }).waitFor();
  await code.fill(codes[1]);
  await button(ada, 'Continue').click();
  await ada.composer().waitFor();
  await openSecurity(ada);
  await button(ada, 'Turn off').click();
  await tell(ada, 'Authenticator app turned off');
  await logOut(ada);
  await ada.logIn();
  await ada.composer().waitFor();
  await ada.leave();
});
