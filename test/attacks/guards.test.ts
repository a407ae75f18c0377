import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guards } from './guards.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const copied = ['agent', 'bot', 'cards', 'dialogs', 'infra', 'test', 'package.json', 'tsconfig.json']
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')

/** Every guard that is taken away is missed by a test: one that nobody misses is no guard, or has no test. */
describe('a copy of HelpBot without', function () {
  this.timeout(180_000)
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-guards-'))
    for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const { against, file, guard, without, test, named } of guards)
    it(`the guard against ${against}: a test fails`, () => {
      const path = join(folder, file)
      const whole = readFileSync(path, 'utf8')
      assert.equal(whole.split(guard).length, 2, `the guard stands once in ${file}`)
      writeFileSync(
        path,
        whole.replace(guard, () => without),
      )
      try {
        const { passes, failures, said } = run(folder, test, named)
        assert.ok(failures > 0, `${test} does not miss it: ${passes} passed`)
        assert.doesNotMatch(said, / hook (in|for) |SyntaxError|ERR_MODULE_NOT_FOUND/, 'the copy still runs')
      } finally {
        writeFileSync(path, whole)
      }
    })
})

/** Runs those tests of the file that have these words in their name, in a process of its own. */
function run(folder: string, file: string, words: string): { passes: number; failures: number; said: string } {
  const report = join(folder, 'report.json')
  const flags = ['--exit', '--timeout', '20000', '--reporter', 'json', '--reporter-option', `output=${report}`]
  const chosen = words === '' ? [] : ['--fgrep', words]
  rmSync(report, { force: true })
  const { stdout, stderr } = spawnSync(process.execPath, [mocha, ...flags, ...chosen, file], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 150_000,
  })
  const { stats, failures } = JSON.parse(readFileSync(report, 'utf8')) as {
    stats: { passes: number; failures: number }
    failures: readonly { fullTitle: string; err: { message?: string } }[]
  }
  const said = [stdout, stderr, ...failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message ?? ''}`)].join(
    '\n',
  )
  return { passes: stats.passes, failures: stats.failures, said }
}
