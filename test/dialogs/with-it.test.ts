import assert from 'node:assert/strict'
import type { Content, Inbound } from '../../bot/channels/chat.ts'
import type { Desk } from '../../bot/desk.ts'
import type { OpenThreads } from '../../bot/escalation/escalation.ts'
import { postKey, type Run, runDialog } from '../../bot/turns/run-dialog.ts'
import type { Dialog } from '../../dialogs/dialog.ts'
import { openThreads } from '../../dialogs/open-threads.ts'
import { talkToHuman } from '../../dialogs/talk-to-human.ts'
import { somebody } from '../bot/identity/people.ts'

const person = somebody('Ada Lindqvist')

/** A turn of a dialog at a desk that has only what the test gives it. */
function turn(dialog: Dialog, desk: Partial<Desk>, before?: Run, inbound?: Inbound): Promise<Run> {
  const { memory = {}, asked, waitsFor } = before ?? {}
  const row = { id: 'd1', correlationId: 'c1', memory, asked, waitsFor }
  return runDialog(dialog, row, person, inbound, desk as Desk)
}
const shown = (run: Run): Content[] => [...run.posts, ...run.changes].map(({ content }) => content as Content)
const press = (text: string): Inbound => ({
  kind: 'press',
  verb: 'answer',
  post: postKey('d1', 'about'),
  values: { text },
})

describe('"Talk to a human"', () => {
  const told: Parameters<Desk['tellIt']>[0][] = []
  const desk: Partial<Desk> = {
    async tellIt(incident) {
      told.push(incident)
      return { number: 1042, reached: true }
    },
  }

  it('asks again, and says why, when something looks like a secret; keeps nothing of it', async () => {
    const asked = await turn(talkToHuman, desk)
    for (const text of ['918273', 'my password is Zebulon77']) {
      const again = await turn(talkToHuman, desk, asked, press(text))
      assert.equal(again.state, 'open')
      assert.match(JSON.stringify(shown(again)), /did not pass that on/)
      assert.doesNotMatch(JSON.stringify(again), /918273|Zebulon/)
    }
    assert.deepEqual(told, [])
  })

  it('opens a thread with what it is about', async () => {
    const asked = await turn(talkToHuman, desk)
    const done = await turn(talkToHuman, desk, asked, press('My badge opens no door'))
    assert.equal(done.state, 'done')
    assert.deepEqual(
      told.map(({ reason, facts }) => [reason, facts]),
      [['asks-for-a-person', [{ title: 'About', value: 'My badge opens no door' }]]],
    )
    assert.match(JSON.stringify(shown(done)), /Ticket 1042/)
  })
})

describe('the open threads', () => {
  const list = async (open: OpenThreads | undefined) =>
    JSON.stringify(shown(await turn(openThreads, { openThreads: async () => open })))
  const thread = {
    number: 1042,
    title: 'This was not me',
    who: 'Ada Lindqvist, Sales',
    urgency: 'high',
    state: 'nobody has it yet',
    openedAt: new Date('2026-03-02T09:00:00Z'),
  } as const

  it('are for IT', async () => {
    assert.match(await list(undefined), /Only IT can see these/)
  })

  it('are shown with who waits, or that nobody does', async () => {
    assert.match(await list({ threads: [], more: 0 }), /Nobody waits for IT/)
    const shownNow = await list({ threads: [thread], more: 3 })
    for (const words of [
      '1042',
      'High urgency: This was not me',
      'Ada Lindqvist, Sales',
      'nobody has it yet',
      '… and 3 more',
    ])
      assert.ok(shownNow.includes(words), shownNow)
    assert.doesNotMatch(await list({ threads: [thread], more: 0 }), /more/)
  })
})
