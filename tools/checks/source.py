"""Reads a C++ file once and offers it in the forms the rules search: raw, code, statements, comments.

What a form leaves out is blanked: length and line breaks stay, so an offset means the same in every form.
"""

import bisect
import re
from dataclasses import dataclass
from pathlib import Path

_TOKENS = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.MULTILINE)
_INCLUDE = re.compile(r'^[ \t]*(#)[ \t]*include[ \t]+(["<][^">]+[">])', re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    text: str

    def __str__(self):
        return f'{self.path}:{self.line}: {self.text}'


class Source:
    """One file of src/, tests/ or bench/. `path` is relative to the project, with forward slashes."""

    def __init__(self, path, text):
        self.path = path
        self.raw = text
        self.code = _TOKENS.sub(_blank, text)                # no comments, no strings
        self.statements = _DIRECTIVE.sub(_blank, self.code)  # no preprocessor lines either
        self.comments = _only_comments(text)
        self.is_test = not path.startswith('src/') or re.search(r'_(test|fuzz|bench)\.cpp$', path) is not None
        self._starts = [0] + [m.end() for m in re.finditer('\n', text)]

    @classmethod
    def read(cls, root, path):
        return cls(path, Path(root, path).read_text(encoding='utf-8'))

    def line_of(self, offset):
        return bisect.bisect_right(self._starts, offset)

    def line_count(self):
        return self.raw.count('\n')

    def finding(self, offset, text):
        return Finding(self.path, self.line_of(offset), text)

    def includes(self):
        """Yields (offset, name) with the name as written, quotes or angle brackets included."""
        for match in _INCLUDE.finditer(self.raw):
            if self.code[match.start(1)] == '#':  # not within a comment
                yield match.start(2), match[2]



def _blank(match):
    return re.sub(r'[^\n]', ' ', match[0])


def _only_comments(text):
    parts, at = [], 0
    for match in _TOKENS.finditer(text):
        comment = match[0].startswith(('//', '/*'))
        parts += [re.sub(r'[^\n]', ' ', text[at:match.start()]), match[0] if comment else _blank(match)]
        at = match.end()
    return ''.join(parts) + re.sub(r'[^\n]', ' ', text[at:])


def mark_test_headers(sources):
    """A header that only tests include, and the .cpp beside it, are part of the tests."""
    users = {}
    for source in sources:
        for _, name in source.includes():
            users.setdefault('src/' + name.strip('"'), []).append(source)
    changed = True
    while changed:
        changed = False
        for source in sources:
            header = re.sub(r'\.cpp$', '.hpp', source.path)
            others = [user for user in users.get(header, []) if user.path != header[:-4] + '.cpp']
            if not source.is_test and others and all(user.is_test for user in others):
                source.is_test = changed = True
