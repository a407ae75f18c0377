import assert from 'node:assert/strict'
import type { Chat, Content } from '../../bot/channels/chat.ts'
import type { Desk } from '../../bot/desk.ts'
import { refuse, type Told } from '../../dialogs/refuse.ts'
import { somebody } from '../bot/identity/people.ts'

describe('a refusal', () => {
  /** What the person sees and what IT hears of a refusal, with and without an IT channel that can be reached. */
  async function refused(reached: boolean, instead?: Told) {
    const shown: Content[] = []
    const told: Parameters<Desk['tellIt']>[0][] = []
    const chat = {
      person: somebody('Hugo Ferreira'),
      say: (_key: string, content: Content) => void shown.push(content),
      once: async <T>(_key: string, work: () => Promise<T>) => await work(),
    } as unknown as Chat
    const desk = {
      tellIt: async (incident: Parameters<Desk['tellIt']>[0]) => {
        told.push(incident)
        return { number: 1042, reached }
      },
      closeTicket: async () => undefined,
    } as unknown as Desk
    const about = { id: somebody().id, name: 'Lucas Moreau' }
    const tell = { operation: 'reset-password-for', detail: 'privileged', about } as const
    await refuse(chat, desk, 'I never change this account.', instead ?? tell)
    return { shown: JSON.stringify(shown), facts: told[0]?.facts ?? [] }
  }

  it('offers to try it again where it is only that the directory cannot be reached', async () => {
    const away = { operation: 'reset-password', detail: 'no agent', reason: 'unreachable' } as const
    const { shown } = await refused(true, away)
    assert.match(shown, /"card":"offer".*"button":"Try again","ids":\{"dialog":"reset-password"\}/)
    assert.doesNotMatch((await refused(true)).shown, /Try again/)
  })

  it('tells IT who asked, and for whom', async () => {
    const { facts } = await refused(true)
    assert.deepEqual(
      facts.slice(0, 3).map(({ value }) => value),
      ['Hugo Ferreira', 'a password reset for somebody else', 'Lucas Moreau'],
    )
  })

  it('says that IT has been told only where it stands in their channel', async () => {
    assert.match((await refused(true)).shown, /IT has been told: incident 1042\./)
    assert.match((await refused(false)).shown, /IT finds it in their list of tickets: 1042\./)
  })
})
