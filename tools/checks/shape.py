"""Finds function bodies in formatted C++ without a compiler, for the rules about size and about tests.

Relies on clang-format: a body's brace follows a blank (`) {`), an initialiser's does not (`member_{x}`).
"""

import re
from dataclasses import dataclass

_MARKS = re.compile(r'[{}();]')
_SCOPE = re.compile(r'\b(namespace|class|struct|union|enum|extern)\b')


@dataclass(frozen=True)
class Function:
    name: str
    start: int  # offset of the first character of the signature
    body: int   # offset of the opening brace
    end: int    # offset of the closing brace


def functions(source):
    """Every function body at namespace or class scope; lambdas and local classes belong to what contains them."""
    text = source.statements
    found = []
    scopes = []    # kind of each open brace: 'scope', 'function' or 'other'
    opened = []    # (head start, brace offset) of each open brace
    parens = 0
    head = 0
    for match in _MARKS.finditer(text):
        mark, at = match[0], match.start()
        inside = bool(scopes) and scopes[-1] != 'scope'
        if mark == '{':
            kind = 'other' if inside or parens else _kind(text, head, at)
            scopes.append(kind)
            opened.append((head, at))
            if kind == 'scope':
                head = at + 1
        elif mark == '}':
            if not scopes:
                continue
            kind = scopes.pop()
            start, brace = opened.pop()
            if kind == 'function':
                found.append(_function(text, start, brace, at))
            if kind != 'other' and not parens:
                head = at + 1
        elif inside:
            continue
        elif mark == '(':
            parens += 1
        elif mark == ')':
            parens = max(0, parens - 1)
        elif not parens:
            head = at + 1
    return found


def _kind(text, start, brace):
    head = text[start:brace]
    if not head or not head[-1].isspace():
        return 'other'  # member_{x} in a constructor's list
    head = head.strip()
    if head.endswith(('=', ',', 'return')):
        return 'other'
    if '(' in head and not re.match(r'(export\s+)?(inline\s+)?namespace\b', head):
        return 'function'
    return 'scope' if _SCOPE.search(head) else 'other'


def _function(text, start, brace, end):
    head = text[start:brace]
    start += len(head) - len(head.lstrip())
    before = re.split(r'\(', head, maxsplit=1)[0].split()
    name = before[-1].lstrip('*&') if before else '?'
    if re.fullmatch(r'TEST(_F|_P)?|TYPED_TEST', name):
        inner = re.search(r'\(([^)]*)\)', head)
        name = f"{name}({' '.join(inner[1].split()) if inner else ''})"
    return Function(name, start, brace, end)
