import assert from 'node:assert/strict'
import { type Chatter, textsIn, wholeReset } from '../../../infra/bench/whole-reset.ts'

const person = { id: 'somebody', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }
const nothing = async (): Promise<void> => {}
const chatter = (own: Partial<Chatter>): Chatter => ({
  say: nothing,
  press: nothing,
  answer: nothing,
  sees: nothing,
  open: async () => ['Your temporary password', 'Kx4-mmw-Pq7-rrt'],
  ...own,
})

describe('A whole reset in a measurement', () => {
  it('ends with the password that is shown, after four replies', async () => {
    const course = await wholeReset(chatter({}), person, () => 0)
    assert.equal(course.password, 'Kx4-mmw-Pq7-rrt')
    assert.equal(course.fault, undefined)
    assert.equal(course.replies.length, 4)
  })

  it('presses again where the bot says that it takes longer, and says how often', async () => {
    let asked = 0
    const open = async () => {
      asked += 1
      return asked === 1 ? ['This takes longer than usual. Press the button again.'] : ['Kx4-mmw-Pq7-rrt']
    }
    const course = await wholeReset(chatter({ open }), person, () => 2)
    assert.equal(course.password, 'Kx4-mmw-Pq7-rrt')
    assert.equal(course.again, 3)
  })

  it('has failed where words come instead of a password, and is lost where nothing comes', async () => {
    const refused = await wholeReset(chatter({ open: async () => ['That did not work'] }), person, () => 0)
    assert.match(refused.fault ?? '', /That did not work/)
    assert.equal(refused.lost, false)
    const silent = async () => {
      throw Object.assign(new Error('nothing was found'), { code: 'timed-out' })
    }
    const lost = await wholeReset(chatter({ sees: silent }), person, () => 0)
    assert.equal(lost.lost, true)
    assert.equal(lost.password, undefined)
  })

  it('reads the words of a card, wherever they stand, and not its ids', () => {
    const card = { type: 'rich_text', block_id: 'a1b2', elements: [{ elements: [{ type: 'text', text: 'secret' }] }] }
    assert.deepEqual(textsIn(card), ['secret'])
  })
})
