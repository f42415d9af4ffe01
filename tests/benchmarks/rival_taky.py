"""A `taky` server in an environment of its own, and two clients of it, for `bench_taky`.

The environment is made under build/ from packaging/locks/rival.txt, by checksum like all others; taky comes as source
and is built there. It gets certificates of an authority made for the run, so that both sides of the comparison are
under mutual TLS. What it persists it persists in memory, as it does out of the box.
"""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.free_ports import free_port
from tests.sync.nodes import ROOT

LOCK = ROOT / "packaging" / "locks" / "rival.txt"
FOLDER = ROOT / "build" / "rival"
PATIENCE_S = 60.0
END = b"</event>"


def environment() -> Path:
    """The Python of the environment; made where it is not there yet or the lock has changed."""
    python = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = FOLDER / "locked"
    lock = LOCK.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return python
    print("making the environment of taky ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
    # Everything it is built with and needs first, as wheels; then taky itself from its source.
    first, taky = FOLDER / "wheels.txt", FOLDER / "source.txt"
    blocks = lock.replace("\\\n", "\\").splitlines()
    first.write_text("\n".join(block.replace("\\", "\\\n") for block in blocks if not block.startswith("taky==")))
    taky.write_text("\n".join(block.replace("\\", "\\\n") for block in blocks if block.startswith("taky==")))
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--no-deps",
    ]
    subprocess.run([*pip, "--only-binary", ":all:", "-r", first], check=True)
    subprocess.run([*pip, "--no-build-isolation", "-r", taky], check=True)
    stamp.write_text(lock, encoding="utf-8")
    return python


class Client:
    """A client under mutual TLS."""

    def __init__(self, folder: Path, port: int) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(folder / "ca.pem")
        context.load_cert_chain(folder / "peer.pem")
        context.check_hostname = False
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(plain)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, count: int) -> list[bytes]:
        """So many events."""
        events: list[bytes] = []
        while len(events) < count:
            event, end, rest = self._rest.partition(END)
            if end:
                events.append(event + end)
                self._rest = rest
                continue
            part = self._socket.recv(65536)
            if not part:
                raise SystemExit("taky has closed the connection")
            self._rest += part
        return events

    def close(self) -> None:
        self._socket.close()


@contextlib.contextmanager
def server(folder: Path) -> Iterator[int]:
    """A taky at work; its port."""
    python, port = environment(), free_port()
    _certificates(folder)
    config = folder / "taky.conf"
    config.write_text(
        f"[taky]\nhostname = localhost\nbind_ip = 127.0.0.1\nroot_dir = {folder}\n"
        f"[cot_server]\nport = {port}\n[dp_server]\nupload_path = {folder / 'uploads'}\n"
        f"[ssl]\nenabled = true\nclient_cert_required = true\nca = {folder / 'ca.pem'}\n"
        f"cert = {folder / 'own.pem'}\nkey = {folder / 'own.pem'}\ncert_db = {folder / 'certificates.txt'}\n"
    )
    (folder / "certificates.txt").touch()
    with (folder / "taky.log").open("wb") as log:
        process = subprocess.Popen([python, "-m", "taky.cot", "-c", config], stdout=log, stderr=log, cwd=folder)
    try:
        _await(port, process, folder / "taky.log")
        yield port
    finally:
        process.terminate()
        process.wait()


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"taky does not start: {log.read_text(errors='replace')[-2000:]}")


def _certificates(folder: Path) -> None:
    """An authority, and one certificate for the server and one for its clients."""
    authority = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    (folder / "ca.pem").write_bytes(_certificate(name, authority.public_key(), name, authority, authority=True))
    for own in ("own", "peer"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, own)])
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = _certificate(subject, key.public_key(), name, authority, authority=False)
        (folder / f"{own}.pem").write_bytes(pem + certificate)


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> bytes:
    now = datetime.datetime.now(datetime.UTC)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
