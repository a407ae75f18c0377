import { globSync } from 'node:fs'
import Mocha from 'mocha'
import { installNeededPrograms } from './support/needed-programs.ts'
import { startTestServer } from './support/postgres.ts'

/**
 * `npm test [words]`: installs what the tests need, starts one PostgreSQL for all of them and runs every test file, or those
 * whose path holds one of the words. The last line says how many passed and failed.
 */
async function runTests(words: readonly string[]): Promise<number> {
  installNeededPrograms()
  const files = globSync('test/**/*.test.ts').sort()
  const chosen = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)))
  const postgres = await startTestServer()
  process.env.HELPBOT_TEST_POSTGRES = postgres.url
  try {
    const mocha = new Mocha({ timeout: 60_000, slow: 5_000, color: process.stdout.isTTY })
    for (const file of chosen) mocha.addFile(file)
    await mocha.loadFilesAsync()
    const started = Date.now()
    const { passed, failed } = await new Promise<{ passed: number; failed: number }>((resolve) => {
      const runner = mocha.run((failures) => resolve({ passed: runner.stats?.passes ?? 0, failed: failures }))
    })
    console.log(`${chosen.length} files, ${Math.round((Date.now() - started) / 1_000)} s`)
    console.log(`${passed} passed, ${failed} failed`)
    return failed > 0 || passed === 0 ? 1 : 0
  } finally {
    await postgres.stop()
  }
}

process.exit(await runTests(process.argv.slice(2)))
