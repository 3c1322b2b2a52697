"""Prints the regular files below some folders that hold one of the needles, which come on standard input, one a line.

usage: search.py FOLDER ... [--without FOLDER_OR_FILE ...]
White space and the two characters of an escaped line feed do not count, as a key may be broken into lines.
"""

import os
import stat
import sys

ignored = b" \t\r\n"
words = sys.argv[1:]
cut = words.index("--without") if "--without" in words else len(words)
folders, without = words[:cut], set(words[cut + 1 :])
needles = [line.strip() for line in sys.stdin.buffer if line.strip()]
looked = 0

for folder in folders:
    for path, names, files in os.walk(folder):
        names[:] = [name for name in names if os.path.join(path, name) not in without]
        for name in files:
            file = os.path.join(path, name)
            if file in without or not stat.S_ISREG(os.lstat(file).st_mode):
                continue
            try:
                with open(file, "rb") as opened:
                    content = opened.read()
            except OSError:
                continue
            looked += 1
            plain = content.translate(None, ignored).replace(b"\\n", b"")
            if any(needle in plain for needle in needles):
                print(file)

print(looked, file=sys.stderr)
