// Directs, private channels, badges, presence: what each person sees, and what stays hidden.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, openBrowser } from './person.mjs';
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
const channels = (person) => person.page.getByRole('navigation', { name: 'Channels' });

test('a direct opens from the member list and reaches the other at once', async () => {
  await members(ada).getByText('Bob').click();
  await ada.page.getByRole('button', { name: 'Message', exact: true }).click();
  await ada.page.getByRole('textbox', { name: /^Message .*Bob/ }).waitFor();
  await ada.say('Just between us');
  await ada.sent('Just between us');
  await bob.page.getByRole('link', { name: /Direct messages, 1 unread/ }).click();
  await bob.page.getByRole('navigation', { name: 'Direct messages' }).getByRole('link', { name: /Ada/ }).click();
  await bob.sees('Just between us');
  await bob.say('Nobody else hears');
  await ada.sees('Nobody else hears');
  for (const person of [ada, bob]) {
    await person.page.getByRole('navigation', { name: 'Guilds' }).getByRole('link', { name: /The Workshop/ }).click();
    await person.openChannel('general');
  }
});

test('a private channel is hidden until a person is let in, and falls silent when the person is out again', async () => {
  await ada.page.getByRole('button', { name: 'Create channel' }).first().click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByLabel('Channel name').fill('den');
  await dialog.getByRole('switch', { name: /Private/ }).click();
  await dialog.getByRole('button', { name: 'Create channel' }).click();
  await ada.page.getByRole('textbox', { name: 'Message #den' }).waitFor();
  await ada.say('The first secret');
  await ada.sent('The first secret');
  assert.equal(await channels(bob).getByText('den').count(), 0);

  const token = (await server.call('POST', '/sessions', { body: { email: ada.email, password: ada.password } })).access_token;
  const id = new URL(ada.page.url()).pathname.split('/').at(-1);
  const bobId = (await server.call('POST', '/sessions', { body: { email: bob.email, password: bob.password } })).user.id;
  await server.call('PUT', `/channels/${id}/allowed/${bobId}`, { token });
  await bob.openChannel('den');
  await bob.sees('The first secret');
  await bob.say('I am in');
  await ada.sees('I am in');

  await server.call('DELETE', `/channels/${id}/allowed/${bobId}`, { token });
  await channels(bob).getByText('den').waitFor({ state: 'detached' });
  await ada.say('The second secret');
  await ada.sent('The second secret');
  await bob.page.waitForTimeout(500);
  assert.equal(await bob.page.getByText('The second secret').count(), 0);
  await bob.openChannel('general');
  await ada.openChannel('general');
});

test('badges count what is unread, and agree across tabs', async () => {
  await ada.page.getByRole('button', { name: 'Create channel' }).first().click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByLabel('Channel name').fill('news');
  await dialog.getByRole('button', { name: 'Create channel' }).click();
  await ada.page.getByRole('textbox', { name: 'Message #news' }).waitFor();
  for (const text of ['One', 'Two', 'Three']) {
    await ada.say(text);
    await ada.sent(text);
  }
  await channels(bob).getByRole('link', { name: /news.*3 unread/ }).waitFor();
  const tab = await bob.context.newPage();
  await tab.goto(bob.page.url());
  await tab.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name: /news.*3 unread/ }).waitFor();
  await bob.page.bringToFront();
  await bob.openChannel('news');
  await bob.sees('Three');
  const read = tab.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name: /news/ }).and(tab.getByLabel(/unread/));
  await read.waitFor({ state: 'detached' });
  await tab.close();
});

test('members come and go in the list', async () => {
  await members(ada).getByText(/Online/).waitFor();
  const eve = await Person.sit(browser, server, 'Eve');
  const token = (await server.call('POST', '/sessions', { body: { email: ada.email, password: ada.password } })).access_token;
  const guild = new URL(ada.page.url()).pathname.split('/')[2];
  const { code } = await server.call('POST', `/guilds/${guild}/invites`, { token, body: {} });
  await eve.join(`${server.url}/invite/${code}`);
  const online = members(ada).getByRole('group', { name: /Online/ }).or(members(ada).locator('section').filter({ hasText: /^Online/ }));
  await online.getByText('Eve').waitFor();
  await eve.leave();
  const offline = members(ada).getByRole('group', { name: /Offline/ }).or(members(ada).locator('section').filter({ hasText: /^Offline/ }));
  await offline.getByText('Eve').waitFor();
});

test('what was said before one came isn’t unread', async () => {
  const as = (token, method, path, body) => server.call(method, path, { token, body });
  const { access_token: token } = await as(undefined, 'POST', '/sessions', { email: ada.email, password: ada.password });
  const guild = new URL(ada.page.url()).pathname.split('/')[2];
  const { id: channel } = await as(token, 'POST', `/guilds/${guild}/channels`, { name: 'lounge' });
  for (const text of ['one', 'two', 'three']) await as(token, 'POST', `/channels/${channel}/messages`, { nonce: text, text });
  const { code } = await as(token, 'POST', `/guilds/${guild}/invites`, {});
  const finn = await server.register('Finn');
  await as(finn.token, 'POST', `/invites/${code}/accept`);
  let head;
  for (const end = Date.now() + 20_000; head?.marker !== 3 && Date.now() < end; await new Promise((done) => setTimeout(done, 100))) {
    const { guilds } = await as(finn.token, 'GET', '/overview');
    head = guilds[0].channels.find((view) => view.channel.id === channel).head;
  }
  assert.deepEqual([head.number, head.marker], [3, 3]);
});

test('what people write is text and never runs', async () => {
  for (const person of [ada, bob]) await person.openChannel('general');
  const evil = '<img src=x onerror=alert(1)> [click](javascript:alert(2)) <script>alert(3)</script> **bold** `<b>`';
  await ada.say(evil);
  await bob.sees('<img src=x onerror=alert(1)>');
  const article = bob.message('<img src=x onerror=alert(1)>');
  assert.equal(await article.locator('img, script').count(), 0);
  assert.equal(await article.locator('a[href^="javascript:"]').count(), 0);
  assert.equal(await article.locator('strong').innerText(), 'bold');
});
