"""A test proves something: each TEST body asserts, or calls a function of its file that does."""

import re

_ASSERTION = re.compile(r'\b(EXPECT|ASSERT)_[A-Z]|\b(FAIL|SUCCEED|ADD_FAILURE|GTEST_SKIP)\s*\(|\bexpect_\w+\s*\(')


def check_tests(source, bodies):
    asserting = {b.name.rpartition('::')[2] for b in bodies
                 if not b.name.startswith(('TEST', 'TYPED_TEST')) and _asserts(source, b, ())}
    for body in bodies:
        if body.name.startswith(('TEST', 'TYPED_TEST')) and not _asserts(source, body, asserting):
            yield source.finding(body.start, f'{body.name} asserts nothing')


def _asserts(source, body, functions):
    text = source.statements[body.body:body.end]
    if _ASSERTION.search(text):
        return True
    return any(re.search(rf'\b{re.escape(name)}\s*[(<]', text) for name in functions)
