# A mail server for tests: server.py MODE [CERTIFICATE KEY]. MODE is plain, starttls or tls; over TLS people must sign in.
# Says its port, then each mail that it takes as a line of JSON. Refuses addresses that begin with `never` or `later`.
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import AuthResult, LoginPassword, SMTP

mode = sys.argv[1]
context = None
if mode != "plain":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*sys.argv[2:4])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("never"):
            return f"550 5.1.1 <{address}> is unknown"
        if address.startswith("later"):
            return f"451 4.3.0 <{address}> has no room at the moment"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content()
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": server.transport.get_extra_info("ssl_object") is not None,
            "hello": session.host_name, "headers": {name.lower(): value for name, value in mail.items()},
            "text": part("plain"), "html": part("html"),
        }), flush=True)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, login):
    good = isinstance(login, LoginPassword) and (login.login, login.password) == (b"guild hall", b"p@ss/word")
    return AuthResult(success=good, handled=False)


def session():
    secured = {} if mode == "plain" else {"authenticator": authenticate, "auth_required": True}
    if mode == "starttls":
        secured |= {"tls_context": context, "require_starttls": True}
    if mode == "tls":
        secured |= {"auth_require_tls": False}
    return SMTP(Handler(), hostname="mail.test", **secured)


async def main():
    server = await asyncio.get_running_loop().create_server(
        session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
