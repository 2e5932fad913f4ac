// A real OpenID provider (npm: oidc-provider), as a process of its own: node openid.mjs PORT REDIRECT
// Whoever signs in there is who they say: `ada` has the address ada@id.example. It is on `localhost`, and so another site than
// Guildhall on 127.0.0.1, whose cookies must come along all the same.
import Provider from 'oidc-provider';

const [port, redirect] = process.argv.slice(2);

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: 'guildhall', client_secret: 'only the two of us know', redirect_uris: [redirect] }],
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['for as long as a test'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@id.example`, email_verified: true, name: `${id[0].toUpperCase()}${id.slice(1)} of ID` }),
  }),
});

provider.listen(Number(port), () => console.log('ready'));
