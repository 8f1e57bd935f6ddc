"""Over TLS a message goes to the host the certificate names, though the connection is made to its address."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from serving.notices.calling import Answered, Caller


def certificate(folder: Path, name: str) -> Path:
    """Write a self-signed certificate for a host, with its key."""
    key, today = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    hosts: list[x509.GeneralName] = [x509.DNSName(name)]
    if name.startswith("127."):
        hosts = [x509.IPAddress(ipaddress.ip_address(name))]
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


class Handler(BaseHTTPRequestHandler):
    hosts: list[str] = []  # noqa: RUF012 (one list for the server of each test, emptied by it)

    def do_POST(self) -> None:
        self.hosts.append(self.headers["host"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def called(path: Path, host: str, *, trusted: Path) -> Answered:
    """Call a receiver with the certificate at `path` by a host name, trusting one certificate."""
    Handler.hosts.clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        caller = Caller(private=True, trust=ssl.create_default_context(cafile=str(trusted)))
        return asyncio.run(caller.call(f"https://{host}:{server.server_port}/hook", b"{}", headers={}))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_receiver_whose_certificate_names_the_host_is_told(tmp_path):
    path = certificate(tmp_path, "localhost")

    assert called(path, "localhost", trusted=path) == Answered(204)
    assert Handler.hosts[0].startswith("localhost:")


@pytest.mark.parametrize("named", ["other.example.com", "127.0.0.1"])
def test_a_receiver_whose_certificate_names_another_host_is_not(tmp_path, named):
    path = certificate(tmp_path, named)

    answered = called(path, "localhost", trusted=path)

    assert (answered.status, answered.fault, Handler.hosts) == (None, "ConnectError", [])


def test_a_receiver_whose_certificate_nobody_vouches_for_is_not(tmp_path):
    mine, other = certificate(tmp_path, "localhost"), certificate(tmp_path, "elsewhere")

    assert called(mine, "localhost", trusted=other).fault == "ConnectError"
