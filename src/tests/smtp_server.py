"""A mail server for the tests, on Debian's python3-aiosmtpd. Says on standard output, a JSON object
a line, first its port, then what happens to it; runs until it is killed."""

import argparse
import asyncio
import json
import ssl
import subprocess

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--certificate", help="a folder: makes cert.pem there, and wants STARTTLS")
parser.add_argument("--password", help="wants AUTH: `user` and this password")
parser.add_argument("--put-off", type=int, default=0, help="answers 451 to so many messages first")
parser.add_argument("--refuse", help="a recipient who gets 550")
parser.add_argument("--echo", action="store_true", help="refuses AUTH and repeats what was sent")
parser.add_argument("--hang", action="store_true", help="takes connections and says nothing")
options = parser.parse_args()


def say(**what):
    print(json.dumps(what), flush=True)


class Handler:
    put_off = options.put_off

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address == options.refuse:
            say(event="refused", recipient=address)
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.put_off > 0:
            self.put_off -= 1
            say(event="put off")
            return "451 4.3.0 come back later"
        say(
            event="message",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            tls=session.ssl is not None,
            user=(session.auth_data.login.decode() if session.auth_data else None),
            data=envelope.content.decode(),
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = (
        isinstance(data, LoginPassword)
        and data.login == b"user"
        and data.password == options.password.encode()
    )
    say(event="auth", right=right)
    if options.echo:
        return AuthResult(success=False, handled=False, message=f"535 no {data.password.decode()}")
    return AuthResult(success=right, handled=False, auth_data=data)


def make_certificate(folder):
    # A certificate that is its own authority must not call itself one: rustls refuses that.
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split()
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-addext", "basicConstraints=critical,CA:FALSE"]
        + ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return context


async def hang(reader, writer):
    say(event="connected")
    await asyncio.Event().wait()


async def main():
    loop = asyncio.get_running_loop()
    tls = make_certificate(options.certificate) if options.certificate else None
    handler = Handler()

    def connection():
        return SMTP(
            handler,
            hostname="localhost",
            tls_context=tls,
            require_starttls=tls is not None,
            authenticator=authenticate if options.password else None,
            auth_required=options.password is not None,
            auth_require_tls=tls is not None,
        )

    if options.hang:
        server = await asyncio.start_server(hang, "127.0.0.1", options.port, reuse_address=True)
    else:
        server = await loop.create_server(connection, "127.0.0.1", options.port, reuse_address=True)
    say(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
