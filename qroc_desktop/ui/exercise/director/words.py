"""Words, signs and colours for what an exercise is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qroc_desktop.errors import Message
from qroc_desktop.exercise.vocabulary import Channel, ClockState, InjectState, Side
from qroc_desktop.services.exercise.directing.event_list import Reply, Waits

STATES: Mapping[InjectState, Message] = {
    InjectState.SCHEDULED: Message("scheduled"),
    InjectState.IN_PROGRESS: Message("in progress"),
    InjectState.ON_HOLD: Message("on hold"),
    InjectState.EXECUTED: Message("executed"),
    InjectState.CANCELLED: Message("skipped"),
}
SIGNS: Final[Mapping[InjectState, str]] = {
    InjectState.SCHEDULED: "clock",
    InjectState.IN_PROGRESS: "phone-call",
    InjectState.ON_HOLD: "hand",
    InjectState.EXECUTED: "circle-check",
    InjectState.CANCELLED: "ban",
}
COLOURS: Final[Mapping[InjectState, str]] = {
    InjectState.SCHEDULED: "accent",
    InjectState.IN_PROGRESS: "exercise",
    InjectState.ON_HOLD: "warning",
    InjectState.EXECUTED: "good",
    InjectState.CANCELLED: "disabled",
}
"""Tokens of the theme; never the only thing that tells a state."""

CHANNELS: Mapping[Channel, Message] = {
    Channel.PHONE: Message("channel\x04Telephone"),
    Channel.RADIO: Message("channel\x04Radio"),
    Channel.EMAIL: Message("channel\x04E-mail"),
    Channel.CAD: Message("channel\x04Dispatch system"),
    Channel.ANPR: Message("channel\x04Plate reader"),
    Channel.SENSOR: Message("channel\x04Sensor"),
    Channel.SOCIAL_MEDIA: Message("channel\x04Social media"),
    Channel.CCTV: Message("channel\x04Camera"),
    Channel.PAPER: Message("channel\x04Paper"),
}
CHANNEL_SIGNS: Final[Mapping[Channel, str]] = {
    Channel.PHONE: "phone",
    Channel.RADIO: "radio",
    Channel.EMAIL: "mail",
    Channel.CAD: "list-checks",
    Channel.ANPR: "scan-text",
    Channel.SENSOR: "radar",
    Channel.SOCIAL_MEDIA: "message-circle",
    Channel.CCTV: "cctv",
    Channel.PAPER: "file-text",
}
SIDES: Mapping[Side, Message] = {
    Side.BLUE: Message("side\x04Blue"),
    Side.RED: Message("side\x04Red"),
    Side.WHITE: Message("side\x04White"),
    Side.GREEN: Message("side\x04Green"),
}
REPLIES: Mapping[Reply, Message] = {
    Reply.NOT_YET: Message("not yet told"),
    Reply.OPEN: Message("reply\x04open"),
    Reply.DONE: Message("done"),
    Reply.LATE: Message("done late"),
    Reply.OVERDUE: Message("overdue"),
}
REPLY_SIGNS: Final[Mapping[Reply, tuple[str, str]]] = {
    Reply.NOT_YET: ("circle-dashed", "disabled"),
    Reply.OPEN: ("circle", "accent"),
    Reply.DONE: ("circle-check", "good"),
    Reply.LATE: ("circle-check", "warning"),
    Reply.OVERDUE: ("circle-alert", "danger"),
}
WAITS: Mapping[Waits, Message] = {
    Waits.TIME: Message("by the clock"),
    Waits.AFTER: Message("after another one"),
    Waits.CONDITION: Message("on a condition"),
    Waits.HAND: Message("by hand"),
}
CLOCK_STATES: Mapping[ClockState, Message] = {
    ClockState.RESET: Message("not started"),
    ClockState.INITIALISED: Message("ready"),
    ClockState.STARTED: Message("running"),
    ClockState.PAUSED: Message("paused"),
    ClockState.STOPPED: Message("ended"),
}
