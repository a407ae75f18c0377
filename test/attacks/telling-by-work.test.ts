import assert from 'node:assert/strict'
import { wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import type { Talker } from '../support/talker.ts'

const nobody = 'Nobody Ofthatname'

/**
 * Whoever cannot read it from an answer may read it from the time that it took. What takes time is Graph: where the same is asked of it for
 * somebody who is there, who administers and who does not exist, there is nothing to measure but chance.
 */
describe('finding out who or what there is, by words and by how long they take', function () {
  this.timeout(180_000)
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  /** What Graph is asked while this is answered, without ids; what HelpBot asks by itself again and again is not part of it. */
  async function workOf(talker: Talker, turn: () => Promise<unknown>): Promise<readonly string[]> {
    const before = company.company.tenant.control.requests().length
    await turn()
    const all = company.company.tenant.control.requests()
    assert.ok(all.length < 5_000, 'the list of requests is whole')
    return (
      all
        .slice(before)
        .filter(({ path }) => path.includes(talker.id) || path.includes('/users') || path.includes('/groups'))
        .map(
          ({ method, path }) => `${method} ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/\?.*/, '')}`,
        )
        // What is asked at the same time arrives in any order.
        .toSorted()
    )
  }

  it('a manager who names people that are not theirs: same words, same work, whoever it is', async () => {
    const hugo = company.person('financeManager')
    const seen = new Map<string, readonly string[]>()
    const said = new Set<string>()
    const { ada, chief, ravi, helen, otto, gil } = wellKnown
    // So few a conversation: it ends after five.
    for (const names of [
      [nobody, ada.name, chief.name],
      [ravi.name, helen.name, otto.name, gil.name],
    ]) {
      await hugo.say('help somebody else')
      await hugo.sees('Whom shall we help?')
      for (const name of names) {
        const work = await workOf(hugo, async () => {
          await hugo.say(name)
          said.add((await hugo.sees('I find nobody')).text)
        })
        seen.set(name, work)
      }
      await hugo.say('cancel')
      await hugo.sees('Cancelled')
    }
    assert.equal(said.size, 1, 'the same words')
    const least = seen.get(nobody)
    assert.ok(least && least.length > 0, 'something is asked of Graph')
    for (const [name, work] of seen) assert.deepEqual(work, least, name)
  })

  it('whoever reports to nobody of theirs and is not IT: no name is looked up at all', async () => {
    const zoe = company.person('zoe')
    const seen: (readonly string[])[] = []
    const said = new Set<string>()
    for (const name of ['Zoë van der Berg', 'Ravi Subramanian', 'Ada Lindqvist', nobody]) {
      seen.push(
        await workOf(zoe, async () => {
          await zoe.say(`please reset ${name}'s password`)
          said.add((await zoe.sees('Only a manager can do this')).text)
        }),
      )
    }
    assert.equal(said.size, 1)
    // The first one is no measure: who speaks is looked up, and kept for a moment.
    assert.deepEqual(seen[1], seen[2])
    assert.deepEqual(seen[2], seen[3])
    assert.ok(
      seen[1]?.every((path) => !path.endsWith('/users')),
      'nobody is looked for',
    )
  })

  it('access that may not be seen is answered as access that does not exist, with the same work', async () => {
    const ada = company.person('ada')
    const answers: string[] = []
    const seen: (readonly string[])[] = []
    for (const what of ['to begin with', 'the personnel files', 'the personal submarine']) {
      const work = await workOf(ada, async () => {
        await ada.say(`who approves access to ${what}?`)
        const { text, buttons } = await ada.sees('Who approves what?')
        answers.push([text, ...buttons].join('\n'))
      })
      seen.push(work)
      await ada.say('cancel')
      await ada.sees('Cancelled')
    }
    assert.equal(answers[1], answers[2], 'the same words and buttons')
    assert.doesNotMatch(answers[1] ?? '', /personnel/i)
    assert.deepEqual(seen[1], seen[2], 'and the same is asked of Graph')
  })
})
