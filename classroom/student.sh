#!/bin/sh
# Runs as the student: gives them their own copy of the notebooks once, then becomes the command in the arguments.
# What they write is theirs alone; helpers and checkpoint are the shared ones, which they can read and not write.
set -eu
umask 077
course=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$HOME/behind-the-pipeline"
cd "$HOME/behind-the-pipeline"
[ -e notebooks ] || cp -r "$course/notebooks" notebooks
ln -sfn "$course/helpers" helpers
exec "$@"
