"""Words for the codes that the workspace stores."""

from __future__ import annotations

from collections.abc import Mapping

from qroc_desktop.domain.vocabulary import (
    Affiliation,
    Aspect,
    InformationAccuracy,
    SourceReliability,
    SpecialCategory,
    SubjectCategory,
    WorkspaceKind,
)
from qroc_desktop.errors import Message
from qroc_desktop.translation import said

AFFILIATIONS: Mapping[Affiliation, Message] = {
    Affiliation.PENDING: Message("pending"),
    Affiliation.UNKNOWN: Message("unknown"),
    Affiliation.ASSUMED_FRIEND: Message("assumed friend"),
    Affiliation.FRIEND: Message("friend"),
    Affiliation.NEUTRAL: Message("neutral"),
    Affiliation.SUSPECT: Message("suspect"),
    Affiliation.HOSTILE: Message("hostile"),
}

SOURCES: Mapping[SourceReliability, Message] = {
    SourceReliability.A: Message("A · no doubt about the source"),
    SourceReliability.B: Message("B · mostly reliable"),
    SourceReliability.C: Message("C · mostly unreliable"),
    SourceReliability.X: Message("X · cannot be assessed"),
}

ACCURACIES: Mapping[InformationAccuracy, Message] = {
    InformationAccuracy.NOT_IN_DOUBT: Message("1 · accuracy not in doubt"),
    InformationAccuracy.KNOWN_TO_SOURCE: Message("2 · known personally to the source"),
    InformationAccuracy.CORROBORATED: Message("3 · corroborated by other information"),
    InformationAccuracy.NOT_CORROBORATED: Message("4 · cannot be corroborated"),
}

SUBJECTS: Mapping[SubjectCategory, Message] = {
    SubjectCategory.NONE: Message("no personal data"),
    SubjectCategory.SUSPECT: Message("suspect"),
    SubjectCategory.CONVICTED: Message("convicted person"),
    SubjectCategory.VICTIM: Message("victim"),
    SubjectCategory.OTHER: Message("other person"),
    SubjectCategory.UNKNOWN: Message("not known"),
}

SPECIALS: Mapping[SpecialCategory, Message] = {
    SpecialCategory.RACIAL_OR_ETHNIC_ORIGIN: Message("racial or ethnic origin"),
    SpecialCategory.POLITICAL_OPINION: Message("political opinion"),
    SpecialCategory.RELIGIOUS_BELIEF: Message("religious or philosophical belief"),
    SpecialCategory.UNION_MEMBERSHIP: Message("trade union membership"),
    SpecialCategory.GENETIC: Message("genetic data"),
    SpecialCategory.BIOMETRIC: Message("biometric data"),
    SpecialCategory.HEALTH: Message("health"),
    SpecialCategory.SEX_LIFE: Message("sex life or orientation"),
}

WORKSPACES: Mapping[WorkspaceKind, Message] = {
    WorkspaceKind.LIVE: Message("LIVE"),
    WorkspaceKind.EXERCISE: Message("EXERCISE"),
}

ASPECTS: Mapping[Aspect, Message] = {
    Aspect.PRESENCE: Message("presence"),
    Aspect.NATURE: Message("kind"),
    Aspect.PLACEMENT: Message("layer"),
    Aspect.SHAPE: Message("position"),
    Aspect.MOTION: Message("motion"),
    Aspect.SITUATION: Message("status and times"),
    Aspect.WORDING: Message("text"),
    Aspect.MARKING: Message("marking"),
    Aspect.EVALUATION: Message("evaluation"),
    Aspect.STYLE: Message("style"),
    Aspect.ORIGIN: Message("origin"),
    Aspect.PERSON: Message("person"),
    Aspect.ATTACHMENTS: Message("attachments"),
    Aspect.ABOUT: Message("item commented on"),
    Aspect.LABEL: Message("name and order"),
    Aspect.DISPLAY: Message("display"),
    Aspect.LOCK: Message("lock"),
    Aspect.ENTRY: Message("entry"),
    Aspect.IDENTITY: Message("centre"),
    Aspect.SETTLEMENT: Message("settled conflicts"),
}

STEPS: Mapping[str, Message] = {
    "create": Message("new item"),
    "edit": Message("edit"),
    "remove": Message("removal"),
    "restore": Message("bringing back"),
    "attach": Message("adding files"),
    "detach": Message("taking files off"),
    "move": Message("move"),
    "comment": Message("comment"),
    "person": Message("person"),
    "import": Message("import"),
    "priority": Message("priority"),
    "status": Message("status"),
    "layer": Message("change of layer"),
    "conflict": Message("other version taken"),
    "layer-add": Message("new layer"),
    "layer-rename": Message("layer name"),
    "layer-order": Message("order of layers"),
    "layer-lock": Message("lock of a layer"),
    "layer-remove": Message("removal of a layer"),
    "layer-display": Message("display of a layer"),
    "undo": Message("undo"),
    "log-message": Message("logbook: message"),
    "log-decision": Message("logbook: decision"),
    "log-action": Message("logbook: action"),
    "workspace-marking": Message("marking of the workspace"),
    "recovered": Message("recovery of the file"),
    "settle": Message("conflict settled"),
    "training-model": Message("training model"),
}
"""What a batch did, by its label."""


def step_name(label: str) -> str:
    """Name of a step for undo, redo and history; an unknown label shows as it is.

    A label may say after a colon what it was about, such as the files of an import.
    """
    step, colon, about = label.partition(": ")
    return f"{said(STEPS[step])}{colon}{about}" if step in STEPS else label
