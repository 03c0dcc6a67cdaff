"""The closing count of ./test, tried on small results."""

import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

LOADER = SourceFileLoader('summary', str(Path(__file__).resolve().parent.parent / 'summary'))
summary = module_from_spec(spec_from_loader('summary', LOADER))
LOADER.exec_module(summary)

JUNIT = '''<testsuite>
<testcase name="core" status="run"><system-out>[==========] Running 3 tests
[       OK ] A.One (0 ms)
[       OK ] A.Two (0 ms)
x_test.cpp:9: Skipped
consul is not installed
[  SKIPPED ] A.Three (0 ms)
[  SKIPPED ] 1 test, listed below:</system-out></testcase>
<testcase name="net" status="fail"><system-out>[==========] Running 2 tests
[       OK ] B.One (0 ms)
[  FAILED  ] B.Two, where GetParam() = 1 (0 ms)
[  FAILED  ] B.Two, where GetParam() = 1</system-out></testcase>
<testcase name="http" status="fail"><system-out>[==========] Running 2 tests
[       OK ] C.One (0 ms)
[ RUN      ] C.Two</system-out></testcase>
<testcase name="kill_system" status="run"><system-out>fine</system-out></testcase>
<testcase name="nginx_system" status="notrun"><system-out>nginx is missing</system-out></testcase>
</testsuite>'''


class SummaryTest(unittest.TestCase):
    def test_counts_cases_scripts_checks_and_targets(self):
        with tempfile.TemporaryDirectory() as directory:
            results = Path(directory)
            (results / 'release.xml').write_text(JUNIT)
            (results / 'fuzz').write_text('passed head_fuzz: 10 s, 5 inputs\nFAILED jwt_fuzz: the report is x\nSUMMARY: x\n')
            (results / 'steps').write_text('rules passed\nbuild passed\ntests FAILED\n')
            count = summary.Count()
            count.add_junit(results / 'release.xml')
            count.add_lines(results / 'fuzz')
            count.add_lines(results / 'steps', summary.CHECKS)
        self.assertEqual(count.passed, 7)
        self.assertEqual(count.failed, ['release/net B.Two', 'release/http (died or ran out of time)', 'jwt_fuzz'])
        self.assertEqual(count.skipped, ['release/core A.Three: consul is not installed',
                                         'release/nginx_system: nginx is missing'])


if __name__ == '__main__':
    unittest.main()
