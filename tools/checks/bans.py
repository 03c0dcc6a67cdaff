"""What the code must not say, each with what to write instead."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ban:
    name: str
    pattern: str
    instead: str
    allowed: tuple = field(default=())  # paths (prefixes) where it is the right thing
    tests_too: bool = True
    headers_only: bool = False
    form: str = 'code'                  # which form of the source to search: code, statements, comments or raw


BANS = [
    Ban('detached', r'\basio::detached\b|,\s*detached\s*\)', 'runtime::TaskGroup::spawn(name, …): its owner stops and joins it',
        ('src/runtime/',)),
    Ban('co_spawn', r'\bco_spawn\b', 'runtime::TaskGroup::spawn(name, …)', ('src/runtime/',)),
    Ban('std::thread', r'\bstd::j?thread\b(?!::)|\bstd::async\b', 'runtime::Worker or runtime::BlockingPool',
        ('src/runtime/', 'src/storage/sqlite', 'src/telemetry/'), tests_too=False),
    Ban('asio::awaitable', r'\basio::awaitable\b', 'runtime::Awaitable', ('src/runtime/', 'cmake/')),
    Ban('system_clock::now', r'\bsystem_clock::now\b', 'a Clock passed in (core/clock)',
        ('src/core/clock', 'src/telemetry/'), tests_too=False),
    Ban('steady_clock::now', r'\bsteady_clock::now\b', 'a Deadline or a Clock passed in (core/clock)',
        ('src/core/clock', 'src/telemetry/', 'src/runtime/', 'src/net/', 'src/http/', 'src/storage/',
         'src/gateway/'), tests_too=False),
    Ban('sleep', r'\bthis_thread::sleep_\w+|\b(usleep|nanosleep)\b|(?<![\w.])sleep\s*\(',
        'runtime::sleep_for, in tests a ManualClock or a latch',
        ('src/storage/sqlite', 'src/supervisor/', 'src/demo/', 'tests/', 'bench/')),
    Ban('std::regex', r'\bstd::(basic_)?regex\b|<regex>', 'RE2, or a hand-written matcher: linear time'),
    Ban('rand', r'\b(s?rand|random)\s*\(\s*\)|\bstd::random_device\b|\bstd::mt19937', 'crypto/random for secrets, telemetry/random for jitter, a seeded generator in tests',
        ('src/crypto/', 'src/resilience/'), tests_too=False),
    Ban('new', r'(?<!operator )\bnew\b(?!\s*\()', 'std::make_unique; std::unique_ptr<T>(new T(…)) for a private constructor',
        ('src/telemetry/log.cpp',)),    # the log outlives every static object that may still write to it
    Ban('delete', r'(?<!operator )(?<!= )\bdelete\b(?!\s*;\s*//)', 'an owner with a destructor'),
    Ban('[=]', r'\[=\s*[\],]', 'name what is captured'),
    Ban('OpenSSL', r'<openssl/', 'crypto/, which owns keys, digests and certificates',
        ('src/crypto/', 'src/net/', 'cmake/'), form='raw'),
    Ban('yaml-cpp', r'<yaml-cpp/', 'core/yaml, which has limits and knows the lines', ('src/core/yaml',), form='raw'),
    Ban('libpq', r'<(postgresql/)?libpq', 'storage/postgres, which owns connections and results',
        ('src/storage/postgres/',), form='raw'),
    Ban('unfinished', r'\b(TODO|FIXME|XXX|HACK)\b', 'finish it, or leave it out', form='comments'),
    Ban('vague name', r'\b\w*(?:(?:Manager|Helper|Utils?|Impl)(?=[A-Z\b_]|\b)|(?:\b|_)(?:manager|helper|utils?|impl)(?=_|\b))\w*',
        'the noun for what it is', ('src/http/parser.cpp', 'src/net/socket.hpp'), form='statements'),
    Ban('disabled test', r'\bDISABLED_\w+', 'mend the test or delete it'),
    Ban('std::endl', r'\bstd::endl\b', "'\\n'"),
    Ban('using namespace', r'\busing namespace\b', 'name what is used', headers_only=True),
]

_OWNED = re.compile(r'(unique_ptr|shared_ptr)<[^;]*[({]\s*$|\.reset\(\s*$|placement', re.DOTALL)
_CO_AWAIT = re.compile(r'\bco_await\b')
_CAPTURE = re.compile(r'(?<![\w\])>])\[\s*[^\]\s][^\]]*\]\s*(?=[({]|mutable|\s*->)')
_BRACED = re.compile(r'\b(?!(?:if|for|while|switch|return|mutable|noexcept|\w*seconds|minutes|hours)\b)[A-Za-z_]\w*(?:<[^<>;{}]*>)?\{')


def check_bans(source):
    for ban in BANS:
        if source.path.startswith(ban.allowed) or (source.is_test and not ban.tests_too):
            continue
        if ban.headers_only and not source.path.endswith('.hpp'):
            continue
        text = getattr(source, ban.form)
        for match in re.finditer(ban.pattern, text):
            if ban.name == 'new' and _OWNED.search(text[max(0, match.start() - 160):match.start()]):
                continue
            yield source.finding(match.start(), f'"{match[0].strip()}" is banned; instead: {ban.instead}')


def check_awaits(source):
    """Nothing is built inside a co_await expression: some compilers destroy such temporaries twice."""
    if source.path == 'src/runtime/runtime_test.cpp':
        return  # it proves that the compiler in use is not one of them
    text = source.statements
    for match in _CO_AWAIT.finditer(text):
        expression = _expression(text, match.end())
        if built := _CAPTURE.search(expression):
            yield source.finding(match.end() + built.start(), 'a capturing lambda inside co_await; name it on the line above')
        elif built := _BRACED.search(expression):
            yield source.finding(match.end() + built.start(), f'"{built[0]}…}}" inside co_await; name it on the line above')


def _expression(text, start):
    """From after co_await to the end of the operand: its `;`, its `,` or the bracket that closes around it."""
    depth = 0
    for at in range(start, len(text)):
        mark = text[at]
        if mark in '([{':
            depth += 1
        elif mark in ')]}':
            depth -= 1
            if depth < 0:
                return text[start:at]
        elif mark in ';,' and depth == 0:
            return text[start:at]
    return text[start:]
