import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandHandlers } from '../../agent/commands/handlers.ts'
import { openJournal } from '../../agent/journal.ts'
import type { Domain } from '../../agent/ldap/domain.ts'
import type { BotTime } from '../../agent/link/bot-time.ts'
import { outbox } from '../../agent/link/outbox.ts'
import { openLog } from '../../agent/log.ts'
import type { CommandFrame, FromAgent } from '../../agent/protocol/frames.ts'
import { orders } from '../../agent/take-orders.ts'
import { placesPolicy } from './commands/reading-ground.ts'

const second = 1_000
const now = new Date('2026-11-21T15:00:00.000Z')

const nobody = () => assert.fail('the domain is not asked')
const noDomain: Domain = {
  facts: nobody,
  reading: nobody,
  readingWhatIsWritten: nobody,
  writing: nobody,
  close: async () => {},
}

describe('until when an order holds', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'helpbot-orders-'))
  })
  after(() => rm(folder, { recursive: true }))

  /** Gives a probe that holds for 20 seconds, by a bot whose clock is so far ahead of what we think it is. */
  async function given(setAhead: number) {
    const clock = () => now
    const agentId = randomUUID()
    const ground = { domain: noDomain, policy: placesPolicy([], []), clock, randomBytes }
    const journal = await openJournal(folder, clock)
    const begun: Date[] = []
    const said: FromAgent[] = []
    const answers = outbox(clock)
    answers.attach((frame) => said.push(frame))
    const handlers = {
      ...commandHandlers(ground),
      probe: async (_: unknown, { expires }: { expires: Date }) => {
        begun.push(expires)
        return { controller: 'dc1', latency: 1 }
      },
    }
    const taken = orders({ agentId, handlers, journal, outbox: answers, clock, log: openLog('error') })
    const time: BotTime = { now: () => now.getTime(), onOurClock: (moment) => moment, jumped: () => false }
    const issued = now.getTime() + setAhead
    const frame: CommandFrame = {
      type: 'command',
      id: randomUUID(),
      agentId,
      issued: new Date(issued).toISOString(),
      expires: new Date(issued + 20 * second).toISOString(),
      correlationId: 'c',
      command: { do: 'probe', input: {} },
    }
    taken.take(frame, 1, time)
    await taken.drain(second)
    await journal.close()
    return { begun, said }
  }

  /** Until when it may be begun. */
  const holdsUntil = async (setAhead: number) => (await given(setAhead)).begun.map((until) => until.getTime())

  it('is as long as it says of itself, from when it came', async () => {
    assert.deepEqual(await holdsUntil(0), [now.getTime() + 20 * second])
  })

  it('is no longer when the bot’s clock was put ahead since we asked for its time: the bot waits no longer either', async () => {
    assert.deepEqual(await holdsUntil(5 * 60 * second), [now.getTime() + 20 * second])
  })

  it('is shorter by what it was on its way', async () => {
    assert.deepEqual(await holdsUntil(-3 * second), [now.getTime() + 17 * second])
  })

  it('is not taken at all when it is dated far ahead: it could be brought again when the journal has forgotten it', async () => {
    const { begun, said } = await given(3_600 * second)
    assert.deepEqual(begun, [])
    assert.deepEqual(
      said.map((frame) => (frame.type === 'result' && !frame.outcome.ok ? frame.outcome.error.code : frame.type)),
      ['alarm', 'forbidden'],
    )
  })
})
