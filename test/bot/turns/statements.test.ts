import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { enrolWithManager } from '../../support/enrol.ts'

const preload = fileURLToPath(new URL('../../support/statement-log.ts', import.meta.url))

/** A reset took 67 when this was written, from the first word to the notice; and a tenth more. */
const most = 66
/** What is sent within this time while nobody does anything, the bot sends by itself. */
const quiet = 6_000

describe('what a whole reset costs', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-statements-'))
  const file = join(folder, 'statements')
  let company: TestCompany
  before(async () => {
    company = await startTestCompany({ NODE_OPTIONS: `--import=${preload}`, HELPBOT_TEST_STATEMENTS: file })
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true })
  })

  const statements = (): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')

  it('is no more statements than it was', async () => {
    const ada = company.person('ada')
    const phone = await enrolWithManager(company, ada, company.person('maya'))
    await pause(1_000)
    const idleFrom = statements().length
    await pause(quiet)
    // Begins and ends of transactions are among them, so they are not counted.
    const byItself = new Set(statements().slice(idleFrom))
    const from = statements().length
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    await ada.press('Check the code', { code: phone.code(1) })
    await ada.sees('I know it is you')
    const window = await ada.open('Show my temporary password')
    assert.match(window.text, /temporary password/)
    await ada.hasSeen('Your password was reset')
    await pause(500)
    const sent = statements()
      .slice(from)
      .filter((text) => !byItself.has(text))
    const listed = [...Map.groupBy(sent, (text) => text)].map(([text, all]) => `${all.length} ${text.slice(0, 120)}`)
    assert.ok(sent.length > most / 2, 'the statements are seen at all')
    assert.ok(sent.length <= most, `${sent.length} statements:\n${listed.join('\n')}`)
  })
})
