"""Which room may include which: every `#include "room/…"` against tools/layers.txt."""

import re


class Layers:
    """The parsed layers.txt. A room without a line of its own follows its parent's line."""

    def __init__(self, text):
        self.allowed = {}
        for number, line in enumerate(text.splitlines(), 1):
            line = line.split('#', 1)[0].strip()
            if not line:
                continue
            room, colon, rooms = line.partition(':')
            if not colon:
                raise ValueError(f'layers.txt:{number}: expected "room: rooms it may include"')
            self.allowed[room.strip()] = rooms.split()

    def rule_for(self, room):
        """The line that speaks for a room, and what its * stands for."""
        while room:
            for line in self.allowed:
                match = re.fullmatch(re.escape(line).replace(r'\*', '([a-z_0-9]+)'), room)
                if match:
                    return line, match[1] if match.groups() else ''
            room = room.rpartition('/')[0]
        return None, ''

    def permits(self, room, target, in_test):
        line, star = self.rule_for(room)
        if line is None:
            return False
        rooms = list(self.allowed[line])
        if in_test:
            rooms += self.allowed.get('test ' + line, [])
        own = line.replace('*', star)
        return any(_covers(r.replace('*', star), target) for r in rooms + [own])


def _covers(allowed, target):
    """`room/...` covers everything below; a plain room covers its own files and undeclared folders in it."""
    if allowed.endswith('/...'):
        return target == allowed[:-4] or target.startswith(allowed[:-3])
    return target == allowed


def check_layers(source, layers, rooms):
    """`rooms` are the folders of src/ that hold sources."""
    if not source.path.startswith('src/'):
        return
    here = _room_of(source.path[len('src/'):])
    for offset, name in source.includes():
        if not name.startswith('"'):
            continue
        target = _room_of(name.strip('"'))
        if target not in rooms:
            yield source.finding(offset, f'{name}: no such room; write the path from src/')
        elif target != here and not _permitted(layers, here, target, source.is_test):
            line, _ = layers.rule_for(here)
            yield source.finding(offset, f'{here} may not include {target} (tools/layers.txt: "{line or "?"}")')


def _permitted(layers, here, target, in_test):
    line, star = layers.rule_for(target)
    declared = line.replace('*', star) if line else target   # a folder without a line counts as its parent
    return layers.permits(here, target, in_test) or layers.permits(here, declared, in_test)


def _room_of(path):
    return path.rpartition('/')[0] or 'main'
