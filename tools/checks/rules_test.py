"""The rules themselves, tried on small sources: what they must find and what they must let pass."""

import unittest

from checks.bans import check_awaits, check_bans
from checks.layers import Layers, check_layers
from checks.opening import check_opening
from checks.shape import functions
from checks.sizes import Ratchet, check_sizes
from checks.source import Source, mark_test_headers
from checks.tests import check_tests

LAYERS = Layers('''
core:
net:               core
gateway:           core net gateway/...
gateway/store:     core
services/*:        core net services/*/...
services/*/domain: core
services/*/ports:  core services/*/domain
services/*/http:   core services/*/ports
test services/*/ports: services/*/http
''')
ROOMS = {'core', 'net', 'gateway', 'gateway/store', 'gateway/plain', 'services/orders', 'services/orders/domain',
         'services/orders/ports', 'services/orders/http', 'services/auth/domain'}


def layers(path, include):
    return [f.text for f in check_layers(Source(path, f'#include "{include}"\n'), LAYERS, ROOMS)]


def bans(code, path='src/http/x.cpp'):
    return [f.text for f in check_bans(Source(path, code))]


def awaits(code):
    return [f.text for f in check_awaits(Source('src/http/x.cpp', code))]


class LayersTest(unittest.TestCase):
    def test_lets_a_room_include_what_its_line_names(self):
        for path, include in [('src/net/a.cpp', 'core/a.hpp'), ('src/net/a.cpp', 'net/b.hpp'),
                              ('src/gateway/a.cpp', 'gateway/store/a.hpp'), ('src/gateway/plain/a.cpp', 'gateway/a.hpp'),
                              ('src/services/orders/http/a.cpp', 'services/orders/ports/a.hpp'),
                              ('src/services/orders/a.cpp', 'services/orders/http/a.hpp'),
                              ('src/services/orders/ports/a_test.cpp', 'services/orders/http/a.hpp')]:
            self.assertEqual(layers(path, include), [], f'{path} -> {include}')

    def test_refuses_everything_else(self):
        for path, include in [('src/core/a.cpp', 'net/a.hpp'), ('src/gateway/store/a.cpp', 'gateway/a.hpp'),
                              ('src/services/orders/domain/a.cpp', 'services/orders/ports/a.hpp'),
                              ('src/services/orders/ports/a.cpp', 'services/orders/http/a.hpp'),
                              ('src/services/orders/ports/a.cpp', 'services/auth/domain/a.hpp'),
                              ('src/net/a.cpp', 'elsewhere/a.hpp'), ('src/net/a.cpp', 'b.hpp')]:
            self.assertEqual(len(layers(path, include)), 1, f'{path} -> {include}')

    def test_does_not_read_an_include_within_a_comment(self):
        source = Source('src/core/a.cpp', '/*\n#include "net/a.hpp"\n*/\n')
        self.assertEqual(list(check_layers(source, LAYERS, ROOMS)), [])

    def test_counts_a_header_that_only_tests_include_as_a_test(self):
        fixture = Source('src/services/orders/ports/fixture.hpp', '#include "services/orders/http/a.hpp"\n')
        user = Source('src/services/orders/ports/a_test.cpp', '#include "services/orders/ports/fixture.hpp"\n')
        mark_test_headers([fixture, user])
        self.assertTrue(fixture.is_test)


class BansTest(unittest.TestCase):
    def test_names_what_is_banned(self):
        for code in ['co_spawn(x, f(), asio::detached);', 'std::thread t;', 'auto n = std::chrono::system_clock::now();',
                     'int r = rand();', 'auto* p = new X;', 'delete p;', 'f([=] {});', 'f([=, &x] {});', '#include <openssl/evp.h>',
                     '// TODO later', 'class TokenManager {};', 'int retry_helper();', 'struct StringUtils {};',
                     'asio::awaitable<int> f();', 'std::regex r;', 'TEST(A, DISABLED_B) {}']:
            self.assertTrue(bans(code), code)

    def test_lets_pass_what_only_looks_alike(self):
        for code in ['X(const X&) = delete;', 'std::unique_ptr<X> p(new X(1));', 'return std::unique_ptr<X>{new X};',
                     'void* operator new(std::size_t);', 'log("TODO");', '// a new delete rand()', 'f([&x] {});',
                     'double utilization = 0;', 'bool implied();', 'std::thread::id id;', 'Executor implementation;']:
            self.assertEqual(bans(code), [], code)

    def test_allows_a_thing_where_it_belongs(self):
        self.assertEqual(bans('co_spawn(x, f());', 'src/runtime/task_group.cpp'), [])
        self.assertEqual(bans('std::thread t;', 'src/http/x_test.cpp'), [])


class AwaitsTest(unittest.TestCase):
    def test_finds_what_is_built_inside_a_co_await_expression(self):
        for code in ['co_await f(Options{1});', 'co_await pool.run([this] { return 1; });',
                     'auto r = co_await f(a, [x = 1]() { return x; });', 'if (co_await f(Pair<int>{1, 2})) return;']:
            self.assertEqual(len(awaits(code)), 1, code)

    def test_lets_pass_names_calls_and_what_follows(self):
        for code in ['co_await f(options);', 'co_await pool.run([] { return 1; });', 'co_await f(table[i]);',
                     'if (co_await f(x)) { Options o{1}; }', 'g(co_await f(x), Options{1});',
                     'co_await sleep_for(std::chrono::milliseconds{5});']:
            self.assertEqual(awaits(code), [], code)


class ShapeTest(unittest.TestCase):
    CODE = '''
namespace a {
struct S : Base<int> {
  S(int x) : x_{x}, y_(1) {}
  bool operator==(const S&) const = default;
  int get() const { return f([&] { return 1; }); }
  int x_ = {1};
};
constexpr int table[] = {
    1, 2};
enum class E { one, two };
Result<void> S::run(Options o = {}) {
  if (x) {
    y();
  }
}
extern "C" int c(const char* text, unsigned long size) { return 0; }
TEST(Name, Says) { EXPECT_TRUE(true); }
}  // namespace a
'''

    def test_finds_every_body_once(self):
        names = [f.name for f in functions(Source('src/a.cpp', self.CODE))]
        self.assertEqual(names, ['S', 'get', 'S::run', 'c', 'TEST(Name, Says)'])

    def test_measures_functions_and_files(self):
        code = '// a\nvoid f() {\n' + '  x();\n' * 70 + '}\n' + '\n' * 400
        source = Source('src/a.cpp', code)
        found = [f.text for f in check_sizes(source, functions(source), Ratchet(''))]
        self.assertEqual(len(found), 2, found)
        self.assertIn('f has 72 lines', found[1])

    def test_a_ratchet_only_shrinks(self):
        source = Source('src/a.cpp', 'void f() {\n' + '  x();\n' * 70 + '}\n')
        for allowed, findings in [(72, 0), (71, 1), (80, 1)]:
            ratchet = Ratchet(f'src/a.cpp:f {allowed}\n')
            self.assertEqual(len(list(check_sizes(source, functions(source), ratchet))), findings, allowed)
        ratchet = Ratchet('\n'.join(f'src/{n}.cpp 500' for n in range(11)))
        self.assertEqual(len(list(ratchet.leftovers())), 12)


class TestsTest(unittest.TestCase):
    def test_wants_an_assertion_in_every_test(self):
        code = '''
void holds(int x) { EXPECT_EQ(x, 1); }
TEST(A, Direct) { EXPECT_TRUE(x); }
TEST_F(A, Through) { holds(1); }
TEST(A, Nothing) { run(); }
'''
        source = Source('src/a_test.cpp', code)
        self.assertEqual([f.text for f in check_tests(source, functions(source))], ['TEST(A, Nothing) asserts nothing'])


class OpeningTest(unittest.TestCase):
    def test_a_header_says_what_it_is_for(self):
        self.assertEqual(list(check_opening(Source('src/a.hpp', '// What.\n#pragma once\n'), set())), [])
        self.assertEqual(len(list(check_opening(Source('src/a.hpp', '#pragma once\n'), set()))), 1)
        self.assertEqual(list(check_opening(Source('src/a_test.cpp', '#include "a.hpp"\n'), {'src/a.hpp'})), [])


if __name__ == '__main__':
    unittest.main()
