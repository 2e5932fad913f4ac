// A server shaped like GitHub, where one person is signed in already and allows everything.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const hash = (text) => createHash('sha256').update(text).digest('base64url');

export class GitHub {
  codes = new Map();

  static async start(person) {
    const github = new GitHub();
    github.person = person;
    github.server = createServer((request, response) => void github.answer(request, response));
    await new Promise((done) => github.server.listen(0, '127.0.0.1', done));
    github.address = `http://127.0.0.1:${github.server.address().port}`;
    return github;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async answer(request, response) {
    const url = new URL(request.url, this.address);
    const say = (status, body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const bearer = request.headers.authorization?.replace('Bearer ', '');
    if (url.pathname === '/login/oauth/authorize') {
      const { redirect_uri, state, code_challenge } = Object.fromEntries(url.searchParams);
      const code = randomBytes(9).toString('hex');
      this.codes.set(code, { redirect_uri, code_challenge, person: { ...this.person } });
      const back = new URL(redirect_uri);
      back.search = new URLSearchParams({ code, state });
      response.writeHead(302, { location: back.href }).end();
      return;
    }
    if (url.pathname === '/login/oauth/access_token' && request.method === 'POST') {
      let body = '';
      for await (const piece of request) body += piece;
      const form = Object.fromEntries(new URLSearchParams(body));
      const known = this.codes.get(form.code);
      const isOurs = form.client_id === 'guildhall' && form.client_secret === 'hub secret';
      if (!isOurs) return say(200, { error: 'incorrect_client_credentials' });
      if (!known || known.redirect_uri !== form.redirect_uri || known.code_challenge !== hash(form.code_verifier)) {
        return say(200, { error: 'bad_verification_code' });
      }
      this.codes.delete(form.code);
      this.codes.set(`token ${form.code}`, known);
      return say(200, { access_token: `token ${form.code}`, token_type: 'bearer', scope: 'read:user,user:email' });
    }
    const person = this.codes.get(bearer)?.person;
    if (!person || !request.headers['user-agent']) return say(401, { message: 'Bad credentials' });
    if (url.pathname === '/api/v3/user') return say(200, { id: person.id, login: person.login, name: null });
    if (url.pathname === '/api/v3/user/emails') {
      return say(200, [
        { email: 'old@hub.example', primary: false, verified: true, visibility: null },
        { email: person.email, primary: true, verified: true, visibility: 'private' },
      ]);
    }
    return say(404, { message: 'Not Found' });
  }
}
