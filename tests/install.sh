#!/bin/sh
# Installs what the tests need beyond Go, git and make, where this may: a C
# compiler for the race detector, PostgreSQL for the store, Chromium for the Web
# UI. Without it the tests say what they skip, and why; in CI that is a failure.
set -eu

missing=""
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
	command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 ||
	[ -n "${TEST_DATABASE_URL:-}" ] || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
	echo "tests: not installed, because this needs root and Debian's apt-get:$missing" >&2
	exit 0
fi
echo "tests: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of packages
apt-get install -y -qq --no-install-recommends $missing >/dev/null
