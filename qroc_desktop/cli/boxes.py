"""qroc outbox, inbox, bundle and audit: what went out, what came in, and the proof of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qroc_desktop.cli.centre import Centre, moment, officer_option
from qroc_desktop.cli.session import Session, answer, json_option
from qroc_desktop.errors import Message, Refused
from qroc_desktop.policy import load
from qroc_desktop.services.receiving import Receiving
from qroc_desktop.services.system import system_user
from qroc_desktop.sync import envelope, parcel
from qroc_desktop.sync.bundle import ACKNOWLEDGEMENT_TYPE, WITHDRAWN_TYPE, Acknowledgement, bundle_id, read_manifest
from qroc_desktop.sync.encoding import decoded
from qroc_desktop.sync.exchange import Exchange
from qroc_desktop.sync.refusals import MESSAGES, Code, Rejected
from qroc_desktop.sync.verifying import FAULT_MESSAGES, Verification
from qroc_desktop.sync.verifying import verify as verify_audit


def register(root: click.Group) -> None:
    """Add the commands to `qroc`."""
    for group in (outbox, inbox, bundle, audit):
        root.add_command(group)


@click.group(invoke_without_command=True, short_help="What was sent, and who has seen it.")
@json_option
@click.pass_context
def outbox(context: click.Context, as_json: bool) -> None:
    """What was sent, and who has stored, applied and read it; newest first."""
    if context.invoked_subcommand:
        return
    with Centre(context.obj).exchange() as exchange:
        names = _names(exchange)
        rows = [
            {
                "bundle": sent.bundle,
                "to": sent.peer,
                "name": names.get(sent.peer, sent.peer),
                "seq": sent.seq,
                "kind": str(sent.kind),
                "officer": sent.officer,
                "created": moment(sent.created),
                "expires": moment(sent.expires),
                "state": sent.state,
                "code": sent.code or None,
                "attempts": sent.attempts,
                "stored_at": moment(sent.stored_at),
                "withdrawn_by": sent.withdrawn_by or None,
                "held_back": sent.kept_back,
                "seen": [{"state": s.state, "officer": s.officer, "at": moment(s.at)} for s in sent.seen],
            }
            for sent in exchange.dispatch.board()
        ]
    lines = [f"{r['created']}  {r['kind']:<10} {r['name']}  {_seen(r)}  {r['bundle']}" for r in rows]
    answer(as_json, {"bundles": rows}, "\n".join(lines) or "nothing was sent")


@outbox.command("resume", short_help="Try a stopped bundle again.")
@click.argument("bundle")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept in the audit log.")
@officer_option
@json_option
@click.pass_obj
def resume(session: Session, bundle: str, why: str, officer: str, as_json: bool) -> None:
    """Try a bundle again that was stopped because the other side refused it."""
    with Centre(session).exchange() as exchange:
        exchange.dispatch.resume(bundle, officer=officer, why=why)
    answer(as_json, {"bundle": bundle, "state": "queued"}, f"{bundle}: queued again")


@click.group(invoke_without_command=True, short_help="What came in; put it on the picture.")
@json_option
@click.pass_context
def inbox(context: click.Context, as_json: bool) -> None:
    """What came in, newest first; `inbox apply` puts it on the picture."""
    if context.invoked_subcommand:
        return
    with Centre(context.obj).exchange() as exchange:
        names = _names(exchange)
        rows = [
            {
                "bundle": one.bundle,
                "from": one.peer,
                "name": names.get(one.peer, one.peer),
                "seq": one.seq,
                "kind": str(one.kind),
                "state": one.state,
                "code": one.code or None,
                "received_at": moment(one.received_at),
                "applied_at": moment(one.applied_at),
                "on": [{"workspace": on.name, "id": on.workspace, "at": moment(on.at)} for on in one.on],
                "expires": moment(one.expires),
                "withdrawn_by": one.withdrawn_by or None,
                "read_by": list(one.read_by),
            }
            for one in exchange.inbox.received()
        ]
    lines = [f"{r['received_at']}  {r['kind']:<10} {r['name']}  {r['state']}  {r['bundle']}" for r in rows]
    answer(as_json, {"bundles": rows}, "\n".join(lines) or "nothing came in")


@inbox.command("apply", short_help="Put what came in on the picture.")
@click.option("--bundle", default="", metavar="BUNDLE", help="This share, although another workspace has it already.")
@json_option
@click.pass_obj
def apply(session: Session, bundle: str, as_json: bool) -> None:
    """Put everything that came in on the picture, each bundle as one batch, and tell its sender.

    A share belongs to the workspace that it was put on; what continues it or takes it back goes there as well.
    """
    with session.desk(write=True) as desk, Centre(session, desk.identity.kind).exchange() as exchange:
        receiving = Receiving(desk.workspace, exchange, load(), author=system_user())
        rows = [
            {
                "bundle": one.received.bundle,
                "kind": str(one.received.kind),
                "batch": one.outcome.batch if one.outcome else None,
                "items": len(one.outcome.items) if one.outcome else 0,
            }
            for one in (receiving.apply_here_too(bundle) if bundle else receiving.apply_pending())
        ]
    lines = [f"{row['kind']:<10} {row['items']} items  {row['bundle']}" for row in rows]
    answer(as_json, {"applied": rows}, "\n".join(lines) or "nothing to apply")


@inbox.command("read", short_help="Show a bundle to an officer.")
@click.argument("bundle")
@officer_option
@click.option("--why", default="", metavar="TEXT", help="The justification, kept in the audit log.")
@json_option
@click.pass_obj
def read(session: Session, bundle: str, officer: str, why: str, as_json: bool) -> None:
    """Show what a bundle says. That the officer has read it is recorded, and the sender is told."""
    with Centre(session).exchange() as exchange:
        exchange.inbox.read(bundle, officer=officer, why=why)
        content = exchange.inbox.opened(bundle).content
    data = {
        "bundle": bundle,
        "kind": str(content.kind),
        "officer": content.officer,
        "subject": content.subject,
        "text": content.text,
        "purpose": content.terms.purpose,
        "basis": content.terms.basis,
        "conditions": list(content.terms.conditions),
        "items": [item.id for item in content.items],
        "gone": list(content.tombstones),
    }
    lines = [f"{name}: {value}" for name, value in data.items() if value and not isinstance(value, list)]
    answer(as_json, data, "\n".join([*lines, f"items: {len(content.items)}, gone: {len(content.tombstones)}"]))


@click.group(short_help="Look at a bundle's file.")
def bundle() -> None:
    """Look into a bundle's file: its outside, and whether it is authentic."""


@bundle.command("inspect", short_help="Show the outside of a bundle.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def inspect(file: Path, as_json: bool) -> None:
    """Show who a bundle is from and for, and of what size; its content is sealed. Nothing is verified."""
    data = _outside(file)
    answer(as_json, data, "\n".join(f"{name}: {value}" for name, value in data.items()))


@bundle.command("verify", short_help="Check whether a bundle is authentic.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def verify(session: Session, file: Path, as_json: bool) -> None:
    """Check that a bundle is whole, for us, and signed by a centre that we approved. Nothing is taken in."""
    opened = _parcel(file)
    with Centre(session).exchange() as exchange:
        try:
            signed = exchange.authentic(opened.envelope)
        except Rejected as rejection:
            raise Refused(MESSAGES[Code(rejection.code)], where=file.name) from rejection
    data = {"authentic": True, "bundle": signed.bundle, "from": signed.peer.centre}
    answer(as_json, data, f"{signed.bundle}: from {signed.peer.name}")


@click.group(invoke_without_command=True, short_help="The audit log; check it.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(min=1), help="At most so many.")
@json_option
@click.pass_context
def audit(context: click.Context, limit: int, as_json: bool) -> None:
    """The audit log: who, what, when, why and to whom; newest first."""
    if context.invoked_subcommand:
        return
    with Centre(context.obj).exchange() as exchange:
        newest = exchange.audit.count()
        entries = exchange.audit.entries(max(1, newest - limit + 1), limit)[::-1]
    rows = [
        {"no": e.no, "at": moment(e.at), "action": e.action, "hash": e.hash, "detail": _detail(e.detail)}
        for e in entries
    ]
    lines = [f"{e.no:>6}  {moment(e.at)}  {e.action}  {_told(_detail(e.detail))}" for e in entries]
    answer(as_json, {"entries": rows}, "\n".join(lines))


@audit.command("verify", short_help="Check the audit log.")
@click.option(
    "--head",
    "heads",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A signed head that a peer kept; several may be given.",
)
@json_option
@click.pass_obj
def audit_verify(session: Session, heads: tuple[Path, ...], as_json: bool) -> None:
    """Check that nothing in the audit log was edited, removed or inserted, against heads that peers keep."""
    own = Centre(session)
    with own.exchange() as exchange:
        keys = [exchange.identity.public.signing]
        path = exchange.path
    result = verify_audit(path, [head.read_bytes() for head in heads], keys)
    findings = [{"no": f.no, "fault": str(f.fault), "what": str(FAULT_MESSAGES[f.fault])} for f in result.findings]
    data = {"whole": not findings, "entries": result.entries, "erased": result.erased, "heads": result.heads}
    answer(as_json, {**data, "findings": findings}, _verdict(result))
    if findings:
        raise Refused(Message("The audit log is not what was written."), where=str(path))


@audit.command("head", short_help="Write the signed head of the log.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@json_option
@click.pass_obj
def head(session: Session, out: Path, as_json: bool) -> None:
    """Write the signed head of the audit log, for somebody else to keep."""
    from qroc_desktop.services.exporting import save_whole

    with Centre(session).exchange() as exchange:
        save_whole(out, exchange.audit.head())
    answer(as_json, {"written": str(out)}, f"{out}: written")


def _names(exchange: Exchange) -> dict[str, str]:
    return {peer.centre: peer.name for peer in exchange.roster.peers()}


def _seen(row: dict[str, Any]) -> str:
    seen = ", ".join(f"{s['state']} {s['officer']}".strip() for s in row["seen"])
    return f"{row['state']}" + (f" ({seen})" if seen else "") + (f" [{row['code']}]" if row["code"] else "")


def _parcel(file: Path) -> parcel.Parcel:
    with file.open("rb") as stream:
        data = stream.read(parcel.MOST_BYTES + 1)
    try:
        return parcel.unpacked(data)
    except Rejected as rejection:
        raise Refused(MESSAGES[Code(rejection.code)], where=file.name) from rejection


def _outside(file: Path) -> dict[str, Any]:
    opened = _parcel(file)
    try:
        signed = envelope.read(opened.envelope)
        if signed.payloadType == ACKNOWLEDGEMENT_TYPE:
            said = decoded(signed.body, Acknowledgement)
            return {
                "kind": "answer",
                "from": said.sender,
                "to": said.recipient,
                "bundle": said.bundle,
                "answer": str(said.answer),
                "at": moment(said.at),
            }
        manifest = read_manifest(signed.body)
    except Rejected as rejection:
        raise Refused(MESSAGES[Code(rejection.code)], where=file.name) from rejection
    return {
        "kind": str(manifest.kind),
        "bundle": bundle_id(signed.body),
        "from": manifest.sender,
        "to": manifest.recipient,
        "seq": manifest.seq,
        "prev": manifest.prev or None,
        "created": moment(manifest.created),
        "expires": moment(manifest.expires),
        "replaces": manifest.replaces or None,
        "chunks": len(manifest.chunks),
        "bytes": sum(chunk.size for chunk in manifest.chunks),
        "chunks_here": len(opened.chunks),
        "withdrawn": signed.payloadType == WITHDRAWN_TYPE,
    }


def _detail(detail: Any) -> dict[str, Any] | None:
    if detail is None:
        return None
    names = ("officer", "subject", "counterpart", "why", "purpose", "basis", "facts")
    return {name: value for name in names if (value := getattr(detail, name))}


def _told(detail: dict[str, Any] | None) -> str:
    if detail is None:
        return "(erased)"
    return "  ".join(str(detail[name]) for name in ("officer", "subject", "counterpart", "why") if name in detail)


def _verdict(result: Verification) -> str:
    lines = [f"{result.entries} entries, {result.erased} erased, {result.heads} heads agree"]
    lines += [f"entry {finding.no}: {FAULT_MESSAGES[finding.fault]}" for finding in result.findings]
    return "\n".join(lines)
