"""Everything a person can do, in one table: menus, tool bar, command palette and the list of keys come from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from typing import Final

from qroc_desktop.errors import Message


class Need(Flag):
    """What must be so for an action to be enabled."""

    NOTHING = 0
    WRITE = auto()
    """The workspace may be written and the window shows now."""
    SOME = auto()
    """At least one item is selected."""
    ONE = auto()
    """Exactly one item is selected."""
    UNDO = auto()
    REDO = auto()
    PAST = auto()
    EXERCISE = auto()
    """The window sits in an exercise that is under way."""
    DIRECTOR = auto()
    """It is the window of those who conduct it, on the machine that does."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One action. `group`: a separator stands between groups of a menu. `tool`: it is on the tool bar.
    `setting`: the setting that it changes, which an administrator may have set for everybody.
    """

    id: str
    text: Message
    menu: str
    group: int = 0
    keys: tuple[str, ...] = ()
    icon: str = ""
    need: Need = Need.NOTHING
    tool: bool = False
    checkable: bool = False
    setting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What enabling depends on; the undo texts are names of steps."""

    read_only: bool = False
    past: bool = False
    selected: int = 0
    undo: str | None = None
    redo: str | None = None
    exercise: bool = False
    director: bool = False
    locked: frozenset[str] = frozenset()
    """Settings that an administrator has set."""


MENUS: Final[dict[str, Message]] = {
    "file": Message("&File"),
    "edit": Message("&Edit"),
    "view": Message("&View"),
    "panels": Message("&Panels"),
    "theme": Message("&Theme"),
    "notation": Message("&Coordinates"),
    "graticule": Message("&Graticule"),
    "language": Message("&Language"),
    "base-maps": Message("Base ma&p"),
    "draw": Message("&Draw"),
    "map": Message("&Map"),
    "time": Message("&Time"),
    "models": Message("M&odels"),
    "share": Message("&Sharing"),
    "exercise": Message("E&xercise"),
    "help": Message("&Help"),
}
PARENT: Final = {
    "base-maps": "map", "panels": "view", "theme": "view", "notation": "view", "graticule": "view", "language": "view",
}

ACTIONS: Final[tuple[Spec, ...]] = (
    Spec("file.new", Message("&New workspace …"), "file", keys=("Ctrl+Alt+N",), icon="file-plus-corner"),
    Spec("file.open", Message("&Open workspace …"), "file", keys=("Ctrl+O",), icon="folder-open"),
    Spec("file.open-read-only", Message("Open to &look only …"), "file", keys=("Ctrl+Shift+O",), icon="eye"),
    Spec("file.import", Message("&Import …"), "file", 1, ("Ctrl+I",), "file-input", Need.WRITE, tool=True),
    Spec("file.export", Message("&Export …"), "file", 1, ("Ctrl+E",), "file-output"),
    Spec("file.briefing", Message("&Briefing …"), "file", 1, ("Ctrl+P",), "printer", tool=True),
    Spec("file.close", Message("&Quit"), "file", 2, ("Ctrl+Q",), "log-out"),
    Spec("edit.undo", Message("&Undo"), "edit", 0, ("Ctrl+Z",), "undo-2", Need.WRITE | Need.UNDO, tool=True),
    Spec("edit.redo", Message("&Redo"), "edit", 0, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2", Need.WRITE | Need.REDO,
         tool=True),
    Spec("edit.history", Message("Histor&y of all steps …"), "edit", 0, ("Ctrl+H",), "list-restart"),
    Spec("edit.new", Message("&New incident …"), "edit", 1, ("Ctrl+N",), "plus", Need.WRITE),
    Spec("edit.details", Message("Edit &details"), "edit", 1, ("Ctrl+D",), "square-pen", Need.ONE),
    Spec("edit.comment", Message("Add a &comment …"), "edit", 1, ("Ctrl+Alt+M",), "message-square-plus",
         Need.WRITE | Need.ONE),
    Spec("edit.shape", Message("Edit &position on the map"), "edit", 1, ("Ctrl+Shift+E",), "move",
         Need.WRITE | Need.ONE),
    Spec("edit.attach", Message("Add &files to the item …"), "edit", 1, ("Ctrl+Shift+D",), "paperclip",
         Need.WRITE | Need.ONE),
    Spec("edit.priority-1", Message("Priority &1 · Flash"), "edit", 2, ("Ctrl+Alt+1",), "", Need.WRITE | Need.SOME),
    Spec("edit.priority-2", Message("Priority &2 · Immediate"), "edit", 2, ("Ctrl+Alt+2",), "",
         Need.WRITE | Need.SOME),
    Spec("edit.priority-3", Message("Priority &3 · Priority"), "edit", 2, ("Ctrl+Alt+3",), "",
         Need.WRITE | Need.SOME),
    Spec("edit.priority-4", Message("Priority &4 · Routine"), "edit", 2, ("Ctrl+Alt+4",), "",
         Need.WRITE | Need.SOME),
    Spec("edit.delete", Message("Re&move from the picture"), "edit", 3, ("Del",), "trash", Need.WRITE | Need.SOME),
    Spec("edit.select-all", Message("Select &all in the list"), "edit", 4, ("Ctrl+A",), "list-checks"),
    Spec("edit.select-none", Message("Select no&thing"), "edit", 4, ("Ctrl+Shift+A",), "square-dashed"),
    Spec("edit.search", Message("&Search items"), "edit", 4, ("Ctrl+F",), "search"),
    Spec("view.map", Message("Go to the &map"), "view", 0, ("Ctrl+1",), "map"),
    Spec("view.items", Message("&Items"), "panels", 0, ("Ctrl+2",), "table-2"),
    Spec("view.details", Message("&Details"), "panels", 0, ("Ctrl+3",), "file-text"),
    Spec("view.logbook", Message("&Logbook"), "panels", 0, ("Ctrl+4",), "notebook-pen"),
    Spec("view.layers", Message("La&yers"), "panels", 0, ("Ctrl+5",), "layers"),
    Spec("view.sharing", Message("&Sharing"), "panels", 0, ("Ctrl+7",), "share-2"),
    Spec("view.comparison", Message("&Comparison"), "panels", 0, ("Ctrl+8",), "diff"),
    Spec("view.exercise", Message("E&xercise"), "panels", 0, ("Ctrl+Shift+X",), "drama", Need.EXERCISE),
    Spec("view.timeline", Message("&Timeline"), "panels", 0, ("Ctrl+6",), "rotate-ccw-clock"),
    Spec("view.reset", Message("&Usual arrangement"), "panels", 1, (), "layout-panel-left"),
    Spec("theme.system", Message("As the &system"), "theme", checkable=True, setting="theme"),
    Spec("theme.dark", Message("&Dark"), "theme", checkable=True, setting="theme"),
    Spec("theme.light", Message("&Light"), "theme", checkable=True, setting="theme"),
    Spec("theme.toggle", Message("Dark or light, &other one"), "theme", 1, ("Ctrl+Alt+T",), "sun-moon",
         setting="theme"),
    Spec("view.larger", Message("La&rger text"), "theme", 2, ("Ctrl+Alt++",), "a-arrow-up"),
    Spec("view.smaller", Message("S&maller text"), "theme", 2, ("Ctrl+Alt+-",), "a-arrow-down"),
    Spec("notation.all", Message("&All notations"), "notation", checkable=True),
    Spec("notation.decimal", Message("&Latitude and longitude"), "notation", checkable=True, setting="notation"),
    Spec("notation.dms", Message("&Degrees, minutes, seconds"), "notation", checkable=True, setting="notation"),
    Spec("notation.utm", Message("&UTM"), "notation", checkable=True, setting="notation"),
    Spec("notation.mgrs", Message("&MGRS"), "notation", checkable=True, setting="notation"),
    Spec("graticule.off", Message("&None"), "graticule", checkable=True, setting="graticule"),
    Spec("graticule.degrees", Message("&Degrees"), "graticule", checkable=True, setting="graticule"),
    Spec("graticule.mgrs", Message("&MGRS grid"), "graticule", checkable=True, setting="graticule"),
    Spec("view.graticule", Message("Graticule on or off"), "graticule", 1, ("Ctrl+Shift+G",), "grid-3x3",
         setting="graticule"),
    Spec("language.system", Message("As the &system"), "language", checkable=True, setting="language"),
    Spec("language.de", Message("&Deutsch"), "language", checkable=True, setting="language"),
    Spec("language.en", Message("&English"), "language", checkable=True, setting="language"),
    Spec("view.wall", Message("Video &wall"), "view", 3, ("F12",), "monitor", checkable=True),
    Spec("view.wall-follows", Message("Wall shows the same e&xtent"), "view", 3, ("Shift+F12",), "", checkable=True),
    Spec("view.full-screen", Message("&Full screen"), "view", 3, ("F11",), "maximize", checkable=True),
    Spec("view.notices", Message("&Notices so far"), "view", 4, ("Ctrl+Shift+N",), "bell"),
    Spec("draw.point", Message("&Incident on the map"), "draw", 0, ("Ctrl+Shift+P",), "map-pin-plus", Need.WRITE,
         tool=True),
    Spec("draw.unit", Message("&Unit"), "draw", 0, ("Ctrl+Shift+U",), "shield-plus", Need.WRITE),
    Spec("draw.facility", Message("&Facility"), "draw", 0, ("Ctrl+Shift+F",), "building", Need.WRITE),
    Spec("draw.note", Message("&Note"), "draw", 0, ("Ctrl+Shift+T",), "sticky-note", Need.WRITE),
    Spec("draw.line", Message("&Line"), "draw", 1, ("Ctrl+Shift+L",), "spline", Need.WRITE, tool=True),
    Spec("draw.area", Message("&Area"), "draw", 1, ("Ctrl+Shift+Y",), "pentagon", Need.WRITE, tool=True),
    Spec("draw.circle", Message("&Circle"), "draw", 1, ("Ctrl+Shift+C",), "circle", Need.WRITE, tool=True),
    Spec("draw.rings", Message("&Range rings"), "draw", 1, ("Ctrl+Shift+R",), "target", Need.WRITE, tool=True),
    Spec("draw.buffer", Message("&Buffer around the selection …"), "draw", 1, ("Ctrl+Shift+B",), "circle-dashed",
         Need.WRITE | Need.SOME),
    Spec("map.box", Message("Select by &box"), "map", 0, ("Ctrl+B",), "square-dashed-mouse-pointer", tool=True),
    Spec("map.measure", Message("&Measure a distance"), "map", 0, ("Ctrl+M",), "ruler", tool=True),
    Spec("map.measure-area", Message("Measure an &area"), "map", 0, ("Ctrl+Shift+M",), "land-plot"),
    Spec("map.cancel", Message("&End the tool"), "map", 0, ("Esc",), "x"),
    Spec("map.go-to", Message("&Go to …"), "map", 1, ("Ctrl+G",), "navigation", tool=True),
    Spec("map.fit-all", Message("Show e&verything"), "map", 1, ("Ctrl+0",), "expand", tool=True),
    Spec("map.fit-selection", Message("Show the &selection"), "map", 1, ("Ctrl+9",), "scan-search", Need.SOME),
    Spec("map.add-base", Message("A&dd a base map file …"), "map", 2, (), "map-plus"),
    Spec("map.reload", Message("&Load the map again"), "map", 2, ("F5",), "refresh-cw"),
    Spec("time.live", Message("&Live"), "time", 0, ("F9",), "radio"),
    Spec("time.go", Message("&What did we know at …"), "time", 0, ("F8",), "calendar-clock", tool=True),
    Spec("time.play", Message("&Play or pause"), "time", 1, ("F7",), "play"),
    Spec("time.back", Message("One step &back"), "time", 1, ("Alt+Left",), "step-back"),
    Spec("time.forward", Message("One step &forward"), "time", 1, ("Alt+Right",), "step-forward"),
    Spec("time.previous", Message("P&revious change"), "time", 1, ("Alt+Shift+Left",), "skip-back"),
    Spec("time.next", Message("Ne&xt change"), "time", 1, ("Alt+Shift+Right",), "skip-forward"),
    Spec("time.link", Message("\"As known at\" follows \"true at\""), "time", 2, (), "link-2", checkable=True),
    Spec("model.ring", Message("&Containment ring …"), "models", 0, ("Ctrl+Alt+R",), "circle-dot-dashed"),
    Spec("model.isochrone", Message("Reach on &roads, isochrone …"), "models", 0, ("Ctrl+Alt+I",), "route"),
    Spec("model.plates", Message("Number &plate read twice …"), "models", 0, ("Ctrl+Alt+K",), "scan-barcode"),
    Spec("model.sighting", Message("&Sighting on sectors …"), "models", 1, ("Ctrl+Alt+G",), "binoculars"),
    Spec("model.search", Message("&Failed search of sectors …"), "models", 1, ("Ctrl+Alt+F",), "search-x"),
    Spec("model.effort", Message("Share out &hours of search …"), "models", 1, ("Ctrl+Alt+H",), "hourglass"),
    Spec("model.card", Message("Car&d of the selected result …"), "models", 2, ("Ctrl+Alt+D",), "clipboard-list",
         Need.ONE),
    Spec("share.send", Message("&Share …"), "share", 0, ("Ctrl+Shift+S",), "share-2", tool=True),
    Spec("share.apply", Message("&Put what came in on the picture"), "share", 0, ("Ctrl+Shift+I",), "inbox",
         Need.WRITE),
    Spec("share.requests", Message("&Requests"), "share", 0, ("Ctrl+J",), "mail-question-mark"),
    Spec("share.ask", Message("&Ask another centre …"), "share", 0, ("Ctrl+Shift+J",), "message-circle-question-mark"),
    Spec("share.compare-marks", Message("Co&mparison on the map"), "share", 1, ("F4",), "diff", checkable=True),
    Spec("share.folder", Message("Carry by &folder or stick …"), "share", 1, (), "usb"),
    Spec("share.centres", Message("&Centres …"), "share", 2, ("Ctrl+Shift+K",), "handshake"),
    Spec("exercise.new", Message("&New exercise …"), "exercise", 0, (), "drama"),
    Spec("exercise.open", Message("&Open an exercise …"), "exercise", 0, (), "folder-open"),
    Spec("exercise.join", Message("Join an exercise …"), "exercise", 0, (), "log-in"),
    Spec("exercise.invite", Message("Invite workstations …"), "exercise", 1, (), "user-plus", Need.DIRECTOR),
    Spec("exercise.windows", Message("Go to a &team's window …"), "exercise", 1, ("Ctrl+Shift+W",), "users",
         Need.DIRECTOR),
    Spec("exercise.handbooks", Message("&Handbooks …"), "exercise", 1, (), "book-open-text", Need.DIRECTOR),
    Spec("exercise.no-duff", Message("NO &DUFF: real emergency"), "exercise", 2, ("F10", "Pause"), "siren",
         Need.EXERCISE),
    Spec("exercise.over", Message("The e&mergency is over …"), "exercise", 2, (), "shield-check", Need.DIRECTOR),
    Spec("exercise.run", Message("&Start, go on or pause"), "exercise", 3, ("F6",), "play", Need.DIRECTOR),
    Spec("exercise.step-10s", Message("10 seconds on"), "exercise", 3, ("Shift+F6",), "step-forward", Need.DIRECTOR),
    Spec("exercise.step-1min", Message("1 minute on"), "exercise", 3, ("Ctrl+F6",), "", Need.DIRECTOR),
    Spec("exercise.step-5min", Message("5 minutes on"), "exercise", 3, ("Ctrl+Shift+F6",), "", Need.DIRECTOR),
    Spec("exercise.jump", Message("&Jump forward …"), "exercise", 3, ("Ctrl+Alt+J",), "skip-forward", Need.DIRECTOR),
    Spec("exercise.faster", Message("F&aster"), "exercise", 3, ("Ctrl+Alt+.",), "chevrons-right", Need.DIRECTOR),
    Spec("exercise.slower", Message("S&lower"), "exercise", 3, ("Ctrl+Alt+,",), "chevrons-left", Need.DIRECTOR),
    Spec("exercise.improvise", Message("&Improvise an inject …"), "exercise", 4, ("F3",), "message-square-plus",
         Need.DIRECTOR),
    Spec("exercise.next", Message("Choose the next inje&ct"), "exercise", 4, ("Shift+F3",), "arrow-right-to-line",
         Need.DIRECTOR),
    Spec("exercise.fire", Message("Inject no&w"), "exercise", 5, ("Ctrl+F3",), "zap", Need.DIRECTOR),
    Spec("exercise.begin", Message("In &progress"), "exercise", 5, ("Ctrl+Alt+Shift+B",), "phone-call", Need.DIRECTOR),
    Spec("exercise.hold", Message("Hold"), "exercise", 5, ("Ctrl+Alt+Shift+H",), "hand", Need.DIRECTOR),
    Spec("exercise.release", Message("&Release"), "exercise", 5, ("Ctrl+Alt+Shift+R",), "clock", Need.DIRECTOR),
    Spec("exercise.release-at", Message("Release at …"), "exercise", 5, ("Ctrl+Alt+Shift+T",), "calendar-clock",
         Need.DIRECTOR),
    Spec("exercise.skip", Message("S&kip"), "exercise", 5, ("Ctrl+Alt+Shift+K",), "ban", Need.DIRECTOR),
    Spec("exercise.shift", Message("Shi&ft the whole exercise …"), "exercise", 6, ("Ctrl+Alt+Shift+S",),
         "move-horizontal", Need.DIRECTOR),
    Spec("exercise.fork", Message("Fork the r&un …"), "exercise", 6, (), "git-fork", Need.DIRECTOR),
    Spec("exercise.end", Message("&End the exercise …"), "exercise", 7, (), "square", Need.DIRECTOR),
    Spec("log.write", Message("Write in the &logbook"), "edit", 5, ("Ctrl+L",), "notebook-pen"),
    Spec("help.commands", Message("&All commands …"), "help", 0, ("Ctrl+K",), "command"),
    Spec("help.keys", Message("&Keys"), "help", 0, ("F1",), "keyboard"),
    Spec("help.about", Message("A&bout QROC Desktop"), "help", 1, (), "info"),
)


def refusal(need: Need, now: Situation) -> Message | None:
    """Why an action cannot be done now; None where it can."""
    reasons = (
        (Need.WRITE, now.past, Message("You are looking at the past. Go back to LIVE to edit.")),
        (Need.WRITE, now.read_only, Message("This workspace is open to look only.")),
        (Need.SOME, now.selected == 0, Message("Nothing is selected.")),
        (Need.ONE, now.selected != 1, Message("Select exactly one item.")),
        (Need.UNDO, now.undo is None, Message("There is nothing to undo.")),
        (Need.REDO, now.redo is None, Message("There is nothing to do again.")),
        (Need.PAST, not now.past, Message("The window shows now.")),
        (Need.EXERCISE, not now.exercise, Message("This window sits in no exercise that is under way.")),
        (Need.DIRECTOR, not now.director, Message("Only the directing staff can do this, where it conducts.")),
    )
    return next((why for part, holds, why in reasons if part in need and holds), None)


def why_not(spec: Spec, now: Situation) -> Message | None:
    """Why an action cannot be done now, by what it needs or by what an administrator has set."""
    if spec.setting in now.locked:
        return Message("Set by your administrator.")
    return refusal(spec.need, now)
