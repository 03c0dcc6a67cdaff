"""How long a file and a function may be, and the few that still exceed it: a list that may only shrink."""

FILE_LINES = 400
FUNCTION_LINES = 60
RATCHET_LINES = 10


class Ratchet:
    """tools/ratchet.txt: `path lines` or `path:function lines`. An entry above the truth must be lowered."""

    def __init__(self, text):
        self.limits = {}
        self.used = set()
        for line in text.splitlines():
            line = line.split('#', 1)[0].strip()
            if line:
                name, _, lines = line.rpartition(' ')
                self.limits[name.strip()] = int(lines)

    def check(self, name, lines, limit):
        """None when within the limit, otherwise what is wrong."""
        if lines <= limit:
            return None
        if name not in self.limits:
            return f'{lines} lines, the limit is {limit}'
        self.used.add(name)
        if lines > self.limits[name]:
            return f'{lines} lines, tools/ratchet.txt allows {self.limits[name]} and only shrinks'
        if lines < self.limits[name]:
            return f'{lines} lines now: lower its entry in tools/ratchet.txt'
        return None

    def leftovers(self):
        if len(self.limits) > RATCHET_LINES:
            yield f'tools/ratchet.txt holds {len(self.limits)} names; {RATCHET_LINES} is the limit'
        for name in self.limits.keys() - self.used:
            yield f'tools/ratchet.txt: {name} is within the limit now, remove its line'


def check_sizes(source, bodies, ratchet):
    if wrong := ratchet.check(source.path, source.line_count(), FILE_LINES):
        yield source.finding(0, f'the file has {wrong}')
    for body in bodies:
        lines = source.line_of(body.end) - source.line_of(body.start) + 1
        if wrong := ratchet.check(f'{source.path}:{body.name}', lines, FUNCTION_LINES):
            yield source.finding(body.start, f'{body.name} has {wrong}')
