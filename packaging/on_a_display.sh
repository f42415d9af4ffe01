#!/bin/sh
# Runs a command on the display there is, else on a virtual one of its own; as root without the engine's sandbox.
set -eu
if [ "$(id -u)" = 0 ]; then
    QTWEBENGINE_DISABLE_SANDBOX=1
    export QTWEBENGINE_DISABLE_SANDBOX
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$@"
fi
exec xvfb-run -a -s '-screen 0 1920x1080x24' "$@"
