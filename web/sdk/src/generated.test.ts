import {spawnSync} from 'node:child_process';
import assert from 'node:assert/strict';
import {test} from 'node:test';

test('the generated types are those of the OpenAPI descriptions', () => {
  const check = spawnSync(process.execPath, ['generate.mjs', '--check'], {encoding: 'utf8'});
  assert.equal(check.status, 0, check.stderr);
});
