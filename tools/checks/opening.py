"""A header, or a source that has none, opens by saying what it is for; a link in the documentation leads somewhere."""

import re
from pathlib import Path

from .source import Finding

_LINK = re.compile(r'\]\(([^)\s]+)\)')


def check_opening(source, files):
    """A .cpp need not repeat what its header, or the header of what it tests, already says."""
    if source.path.endswith('.cpp') and re.sub(r'(_(test|fuzz|bench))?\.cpp$', '.hpp', source.path) in files:
        return
    lines = [line for line in source.raw.split('\n', 4)[:4] if line.strip() and line.strip() != '#pragma once']
    if not lines or not lines[0].startswith('//'):
        yield source.finding(0, 'open with one to five comment lines: what the file is for, where it stands on the path')


def check_links(root, path):
    """Relative links of one Markdown file."""
    text = Path(root, path).read_text(encoding='utf-8')
    for match in _LINK.finditer(text):
        target = match[1].partition('#')[0]
        if not target or re.match(r'[a-z]+:', target):
            continue
        if not (Path(root, path).parent / target).exists():
            line = text.count('\n', 0, match.start()) + 1
            yield Finding(path, line, f'the link leads nowhere: {match[1]}')
