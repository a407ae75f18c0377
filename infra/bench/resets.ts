import { generateSync } from 'otplib'
import { measureEcho } from './echo.ts'
import { type Enrolled, enrolled, managersKnown } from './enrolled.ts'
import { openGround } from './ground.ts'
import { atOnce, percentile, table } from './statistics.ts'

const concurrency = 32

/**
 * Complete resets proved by a code (message, code, password shown) beside a bare CloudAdapter echo bot with the same token checks,
 * one after the other on this machine. Practice Entra ID and Teams run in this process and take their share of the processors
 * in both measurements, so the ratios count, not the times.
 * @returns how many resets failed
 */
export async function benchResets(resets: number): Promise<number> {
  const ground = await openGround(Math.max(60, resets * 2 + 100))
  const { client } = ground.company.teams
  try {
    const echo = await measureEcho(ground)
    const bot = await ground.startBot()
    const people = await enrolled(ground, ground.employees(resets))
    await managersKnown(ground)
    const replies: number[] = []
    let failed = 0
    const started = performance.now()
    await atOnce(people, concurrency, async (person) => {
      try {
        await reset(person, replies)
      } catch (error) {
        failed++
        console.error(String(error))
      }
    })
    const seconds = (performance.now() - started) / 1_000
    await bot.stop('SIGTERM')
    const rate = (people.length - failed) / seconds
    const rows = [
      [
        'bare CloudAdapter echo',
        `${echo.rate.toFixed(0)} messages/s`,
        `${percentile(echo.times, 0.5).toFixed(0)} ms`,
        `${percentile(echo.times, 0.95).toFixed(0)} ms`,
        '1.00',
      ],
      [
        `complete resets (${people.length}, ${failed} failed, ${concurrency} people at once)`,
        `${rate.toFixed(1)} resets/s = ${(rate * 4).toFixed(0)} turns/s`,
        `${percentile(replies, 0.5).toFixed(0)} ms`,
        `${percentile(replies, 0.95).toFixed(0)} ms`,
        ((rate * 4) / echo.rate).toFixed(3),
      ],
    ]
    console.log(table(['measured in one run', 'throughput', 'reply p50', 'reply p95', 'turns per echo'], rows))
    return failed
  } finally {
    await ground.close()
  }

  async function timed<T>(replies: number[], work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const result = await work()
    replies.push(performance.now() - started)
    return result
  }

  /** One whole reset as the person lives it; a reply is measured until what comes next stands in the chat. */
  async function reset({ id, secret }: Enrolled, replies: number[]): Promise<void> {
    const { conversationId } = client.open(id)
    const seen = (words: string) =>
      client.waitFor(
        conversationId,
        (messages) => messages.findLast((message) => JSON.stringify(message.attachments).includes(words)),
        30_000,
      )
    const choice = await timed(replies, async () => {
      await client.say(id, 'I forgot my password').delivered
      return await seen('make sure that it is you')
    })
    const question = await timed(replies, async () => {
      await client.press(id, { messageId: choice.id, title: 'A code from my authenticator app' })
      return await seen('Enter the code')
    })
    const ready = await timed(replies, async () => {
      await client.press(id, {
        messageId: question.id,
        title: 'Check the code',
        inputs: { code: generateSync({ secret }) },
      })
      return await seen('I know it is you')
    })
    const window = await timed(replies, () =>
      client.press(id, { messageId: ready.id, title: 'Show my temporary password' }),
    )
    if (window.kind !== 'dialog' || !JSON.stringify(window.dialog.card).includes('Your temporary password'))
      throw new Error(`no password: ${JSON.stringify(window).slice(0, 300)}`)
  }
}
