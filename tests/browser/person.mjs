// A person at a browser of their own.
import { existsSync, mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WAIT_MS = 15_000;

export async function openBrowser() {
  if (!executablePath) throw new Error('Chromium is missing: run tests/need chromium');
  return chromium.launch({ executablePath, args });
}

export class Person {
  static async sit(browser, server, name, options = {}) {
    const person = new Person();
    person.name = name;
    person.email = `${name.toLowerCase()}@example.org`;
    person.password = `${name} likes long passwords`;
    person.server = server;
    person.context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    person.context.setDefaultTimeout(WAIT_MS);
    person.page = await person.context.newPage();
    person.faults = [];
    person.page.on('pageerror', (error) => person.faults.push(`${error}`));
    person.page.on('dialog', (dialog) => {
      person.faults.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    return person;
  }

  async go(path) {
    await this.page.goto(new URL(path, this.server.url).href);
  }

  async fillAccount() {
    await this.page.getByLabel('Display name').fill(this.name);
    await this.page.getByLabel('E-mail').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(this.password);
  }

  async createAccount() {
    await this.fillAccount();
    await this.page.getByRole('button', { name: 'Create account' }).click();
  }

  async logIn() {
    await this.page.getByLabel('E-mail').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(this.password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  /** Goes through the first-run wizard; answers the invite link that it ends with. */
  async setUp(guild) {
    await this.go('/');
    await this.createAccount();
    await this.page.getByLabel('Guild name').fill(guild);
    await this.page.getByRole('button', { name: 'Create guild' }).click();
    const link = this.page.getByLabel('Invite link');
    await this.page.waitForFunction(() => document.querySelector('input[readonly]')?.value.includes('/invite/'));
    const invite = await link.inputValue();
    await this.page.getByRole('button', { name: 'Go to #general' }).click();
    await this.composer().waitFor();
    return invite;
  }

  /** Follows an invite link as a newcomer. */
  async join(invite) {
    await this.page.goto(invite);
    await this.page.getByRole('button', { name: 'Accept invite' }).click();
    await this.createAccount();
    await this.composer().waitFor();
  }

  composer() {
    return this.page.getByRole('textbox', { name: /^Message / });
  }

  log() {
    return this.page.getByRole('log');
  }

  message(text) {
    return this.log().locator('article').filter({ hasText: text });
  }

  async say(text) {
    await this.composer().fill(text);
    // On a phone Enter is a new line, and the button sends.
    const isPhone = (this.page.viewportSize()?.width ?? 0) < 700;
    if (isPhone) await this.page.getByRole('button', { name: 'Send' }).click();
    else await this.composer().press('Enter');
  }

  /** Waits until the message is shown, and makes sure that it is shown once. */
  async sees(text) {
    await this.message(text).first().waitFor();
    const times = await this.message(text).count();
    if (times !== 1) throw new Error(`${this.name} sees "${text}" ${times} times`);
  }

  /** Waits until the message is shown and the server has acknowledged it. */
  async sent(text) {
    await this.log().locator('article:not([data-phase])').filter({ hasText: text }).first().waitFor();
    await this.sees(text);
  }

  async openChannel(name) {
    await this.page.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name: new RegExp(name) }).click();
    await this.page.getByRole('textbox', { name: `Message #${name}` }).waitFor();
  }

  /** The texts shown, in their order. */
  async texts() {
    return this.log().locator('article .text').allInnerTexts();
  }

  async shoot(name) {
    mkdirSync('output', { recursive: true });
    await this.page.screenshot({ path: `output/${name}.png` });
  }

  async leave() {
    await this.context.close();
    if (this.faults.length > 0) throw new Error(`${this.name}'s page broke: ${this.faults.join('; ')}`);
  }
}
