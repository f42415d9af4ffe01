#!/usr/bin/env bash
# Prove that a bare Debian 12 with git, make and python3 is enough for `make setup`, `make test` and `make run`.
#
#   sudo packaging/prove-clean-root.sh [target ...]        default: setup run test
#
# Makes a new root with debootstrap in a temporary folder, clones the branch that is checked out here into it,
# runs the targets there, each followed by a second `make setup`, which must neither install nor fetch anything,
# and removes the root again (KEEP_ROOT=1 keeps it; ROOT=DIR uses or makes that one).
# Registry access is this machine's: its apt sources, pip and npm settings and certificates are copied.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(setup run test)
suite=bookworm
checkout=/srv/qroc-desktop

[ "$(id -u)" -eq 0 ] || { echo 'prove: debootstrap and chroot need root' >&2; exit 1; }
command -v debootstrap >/dev/null || apt-get install --yes --no-install-recommends debootstrap >/dev/null

root=${ROOT:-$(mktemp -d)}
mounted=()
finish() {
    for point in "${mounted[@]}"; do umount --lazy "$point"; done
    [ -n "${ROOT:-}${KEEP_ROOT:-}" ] || rm -rf --one-file-system "$root"
}
trap finish EXIT

# The mirror that this machine's apt uses for Debian itself.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)

if [ ! -e "$root/etc/debian_version" ]; then
    debootstrap --variant=minbase --include=git,make,python3,ca-certificates "$suite" "$root" "$mirror"
fi

copy() { # copy FILE_OR_FOLDER: to the same place in the root, if it is there
    [ -e "$1" ] || return 0
    mkdir -p "$root$(dirname "$1")"
    cp -aL "$1" "$root$(dirname "$1")/"
}
rm -f "$root/etc/apt/sources.list"
rm -rf "$root/etc/apt/sources.list.d"
for item in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d/*registry* /etc/apt/auth.conf.d \
    /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    copy "$item"
done
mkdir -p "$root/root/.config"
for item in .npmrc .config/pip; do
    [ ! -e "$HOME/$item" ] || cp -aL "$HOME/$item" "$root/root/$(dirname "$item")/"
done

# Slaves, so that unmounting them here unmounts nothing of this machine.
for point in proc sys dev; do
    mkdir -p "$root/$point"
    mountpoint -q "$root/$point" || { mount --rbind --make-rslave "/$point" "$root/$point" && mounted+=("$root/$point"); }
done

# Only what reaches registries crosses into the root; everything else of this environment stays outside.
settings=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8)
while IFS= read -r line; do settings+=("$line"); done < <(env | grep -E '^(PIP_|NODE_EXTRA_CA|SSL_CERT|CURL_CA|GIT_SSL|(http|https|no)_proxy=)' || true)
inside() { chroot "$root" env -i "${settings[@]}" "$@"; }

rm -rf "$root$checkout"
git clone --quiet --no-hardlinks "$here" "$root$checkout"
echo "prove: $(git -C "$root$checkout" log -1 --format='%h %s') on $(inside cat /etc/debian_version), $(inside python3 --version)"

make_inside() { inside make --no-print-directory -C "$checkout" "$@"; }
for target in "${targets[@]}"; do
    echo "prove: make $target"
    SECONDS=0
    make_inside "$target"
    echo "prove: make $target took $SECONDS s"
    SECONDS=0
    second=$(make_inside setup)
    [ -z "$second" ] || { echo "prove: the second set-up did something: $second" >&2; exit 1; }
    echo "prove: second make setup took $SECONDS s and did nothing"
done
dirty=$(git -C "$root$checkout" status --porcelain)
[ -z "$dirty" ] || { echo "prove: files are made that git does not ignore: $dirty" >&2; exit 1; }
echo 'prove: all good'
