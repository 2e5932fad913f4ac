// Signing in by a real OpenID provider and by a server shaped like GitHub: from the button to the guild, and back again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
import { startWithProviders } from './providers.mjs';

let browser;
let place;
let server;
let openid;
let github;
let owner;
let invite;
let ada;

before(async () => {
  browser = await openBrowser();
  place = await startWithProviders({ id: 7, login: 'ada-l', email: 'ada@hub.example' });
  ({ server, openid, github } = place);
  owner = await Person.sit(browser, server, 'Owner');
  invite = await owner.setUp('The Library');
  ada = await Person.sit(browser, server, 'Ada');
});

after(async () => {
  await Promise.all([owner, ada].map((person) => person?.leave()));
  await browser?.close();
  await place?.stop();
});

const heading = (person, name) => person.page.getByRole('heading', { name });
const goOnWith = (person, title) => person.page.getByRole('link', { name: `Continue with ${title}` }).click();
const linked = (person) => person.page.getByRole('list', { name: 'Linked accounts' }).getByRole('listitem');

/** At the provider's own page. */
async function signInThere(person, login) {
  await person.page.getByPlaceholder('Enter any login').fill(login);
  await person.page.getByPlaceholder('and password').fill('whatever it is');
  await person.page.getByRole('button', { name: 'Sign-in' }).click();
  await person.page.getByRole('button', { name: 'Continue' }).click();
}

async function openSecurity(person) {
  await person.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await person.page.getByRole('tab', { name: 'Security' }).click();
}

test('who is invited makes an account by a provider and lands in the guild', async () => {
  await ada.page.goto(invite);
  await ada.page.getByRole('button', { name: 'Accept invite' }).click();
  await goOnWith(ada, 'Example ID');
  await signInThere(ada, 'ada');
  await ada.composer().waitFor();
  assert.equal(new URL(ada.page.url()).hash, '', 'nothing of it stays in the address bar');
  await ada.say('By the front door');
  await owner.sees('By the front door');
  const me = await owner.message('By the front door').innerText();
  assert.match(me, /Ada of ID/);
});

test('who comes back by the provider is the same person', async () => {
  await ada.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await ada.page.getByRole('button', { name: 'Log out', exact: true }).click();
  await goOnWith(ada, 'Example ID');
  // The provider knows this browser.
  await ada.composer().waitFor();
  await ada.say('And again');
  await owner.sees('And again');
});

test('the only way in stays; a second one is linked, and then the first may go', async () => {
  await openSecurity(ada);
  assert.match(await linked(ada).innerText(), /Example ID[^]*ada@id\.example/);
  await ada.page.getByRole('button', { name: 'Unlink Example ID' }).click();
  await ada.page.getByRole('alert').filter({ hasText: /couldn't sign in any more/ }).waitFor();
  await ada.page.getByRole('button', { name: 'Link GitHub' }).click();
  await ada.page.getByText('GitHub is linked').waitFor();
  await linked(ada).nth(1).waitFor();
  assert.match(await linked(ada).nth(1).innerText(), /GitHub[^]*ada@hub\.example/);
  await ada.page.getByRole('button', { name: 'Unlink Example ID' }).click();
  await ada.page.getByText('Example ID is unlinked').waitFor();
  await ada.page.getByRole('button', { name: 'Unlink Example ID' }).waitFor({ state: 'detached' });
  assert.equal(await linked(ada).count(), 1);
  await ada.page.getByRole('button', { name: 'Unlink GitHub' }).click();
  await ada.page.getByRole('alert').filter({ hasText: /couldn't sign in any more/ }).waitFor();
  await ada.page.getByRole('button', { name: 'Close' }).click();
  await ada.page.getByRole('button', { name: 'Settings', exact: true }).click();
  await ada.page.getByRole('button', { name: 'Log out', exact: true }).click();
  await goOnWith(ada, 'GitHub');
  await ada.composer().waitFor();
  await ada.say('By the back door');
  await owner.sees('By the back door');
});

test('an identity of one account is not linked to another', async () => {
  const eve = await Person.sit(browser, server, 'Eve');
  await eve.page.goto(invite);
  await eve.page.getByRole('button', { name: 'Accept invite' }).click();
  await goOnWith(eve, 'Example ID');
  await signInThere(eve, 'eve');
  await eve.composer().waitFor();
  await openSecurity(eve);
  await eve.page.getByRole('button', { name: 'Link GitHub' }).click();
  await heading(eve, 'Linked to another account').waitFor();
  await eve.leave();
});

test('an address that has an account is not linked by itself', async () => {
  github.person = { id: 8, login: 'owner', email: owner.email };
  const stranger = await Person.sit(browser, server, 'Stranger');
  await stranger.go('/login');
  await goOnWith(stranger, 'GitHub');
  await heading(stranger, 'You have an account already').waitFor();
  await stranger.page.getByRole('link', { name: 'Back to log in' }).click();
  await heading(stranger, 'Welcome back').waitFor();
  await stranger.leave();
});

test('who says no, comes twice, late, from elsewhere or with nothing is told so', async () => {
  const guest = await Person.sit(browser, server, 'Guest');
  await guest.go('/login');
  await goOnWith(guest, 'Example ID');
  await guest.page.getByRole('link', { name: 'Cancel' }).click();
  await heading(guest, 'It wasn’t allowed').waitFor();

  github.person = { id: 9, login: 'guest', email: 'guest@hub.example' };
  let back;
  guest.page.on('request', (request) => {
    if (request.url().includes('/auth/github/callback')) back = request.url();
  });
  await guest.go('/login');
  await goOnWith(guest, 'GitHub');
  await guest.page.getByRole('navigation', { name: 'Guilds' }).waitFor();
  await guest.page.goto(back);
  await heading(guest, 'This sign-in is over').waitFor();

  const other = await Person.sit(browser, server, 'Other');
  const state = new URL(back).searchParams.get('state');
  await other.go(`/api/v1/auth/github/callback?state=${state}&code=x`);
  await heading(other, 'Begun in another browser').waitFor();
  await other.go('/api/v1/auth/github/callback?state=made-up&code=x');
  await heading(other, 'This sign-in is over').waitFor();
  await other.go('/signing-in');
  await other.page.reload();
  await heading(other, 'That didn’t work').waitFor();
  await other.page.goto('about:blank');
  await other.go('/signing-in#problem=%3Cb%3EYou%20have%20won');
  await heading(other, 'That didn’t work').waitFor();
  assert.equal(await other.page.getByText('You have won').count(), 0);
  await other.leave();
  await guest.leave();
});

test('a provider that is away is told as such', async () => {
  openid.kill();
  github.stop();
  const late = await Person.sit(browser, server, 'Late');
  await server.kill();
  await server.up();
  await late.go('/login');
  await goOnWith(late, 'Example ID');
  await heading(late, 'The provider is away').waitFor();
  await late.leave();
});
