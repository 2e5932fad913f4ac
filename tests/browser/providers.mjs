// A Guildhall whose people may sign in by a real OpenID provider and by a server shaped like GitHub.
import { spawn } from 'node:child_process';
import { freePort } from '../ports.mjs';
import { GitHub } from './github.mjs';
import { Server } from './server.mjs';

async function startOpenId(port, redirect) {
  const child = spawn(process.execPath, ['openid.mjs', `${port}`, redirect], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  await new Promise((done, fail) => {
    child.stdout.once('data', done);
    child.once('exit', () => fail(new Error(`the provider did not start:\n${said}`)));
  });
  return child;
}

/** Starts all three; `person` is who GitHub says is there. `stop` ends all. */
export async function startWithProviders(person) {
  const github = await GitHub.start(person);
  const port = await freePort();
  const server = await Server.start({
    GUILDHALL_ACCOUNTS_PROVIDERS_EXAMPLE_KIND: 'oidc',
    GUILDHALL_ACCOUNTS_PROVIDERS_EXAMPLE_TITLE: 'Example ID',
    GUILDHALL_ACCOUNTS_PROVIDERS_EXAMPLE_ISSUER: `http://localhost:${port}`,
    GUILDHALL_ACCOUNTS_PROVIDERS_EXAMPLE_CLIENT_ID: 'guildhall',
    GUILDHALL_ACCOUNTS_PROVIDERS_EXAMPLE_CLIENT_SECRET: 'only the two of us know',
    GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_KIND: 'github',
    GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_TITLE: 'GitHub',
    GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_ISSUER: github.address,
    GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_CLIENT_ID: 'guildhall',
    GUILDHALL_ACCOUNTS_PROVIDERS_GITHUB_CLIENT_SECRET: 'hub secret',
    // What a provider has proven needs no mail.
    GUILDHALL_ACCOUNTS_REQUIRE_VERIFIED_EMAIL: 'true',
  });
  const openid = await startOpenId(port, `${server.url}/api/v1/auth/example/callback`);
  const stop = async () => {
    openid.kill();
    github.stop();
    await server.stop();
  };
  return { server, openid, github, stop };
}
