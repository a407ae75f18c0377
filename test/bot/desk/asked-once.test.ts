import assert from 'node:assert/strict'
import { askedOnce } from '../../../bot/desk/asked-once.ts'
import type { Desk, Standing } from '../../../bot/desk.ts'

describe('where somebody stands, in one run of a dialog', () => {
  function office() {
    const asked: string[] = []
    let proved = false
    const desk = {
      now: () => new Date(),
      async standing(operation: string, about?: string): Promise<Standing> {
        asked.push(`${operation} ${about ?? 'own'}`)
        return proved
          ? { verdict: 'allow', until: new Date(0) }
          : { verdict: 'need-proof', alternatives: [['channel']] }
      },
      async proveByChannel() {
        proved = true
      },
    } as unknown as Desk
    return { desk: askedOnce(desk), asked }
  }

  it('is looked up once for all rounds of the past', async () => {
    const { desk, asked } = office()
    for (let round = 0; round < 5; round++) await desk.standing('reset-password')
    desk.now()
    await desk.standing('reset-password')
    assert.deepEqual(asked, ['reset-password own'])
  })

  it('is looked up anew after something was done', async () => {
    const { desk, asked } = office()
    assert.equal((await desk.standing('reset-password')).verdict, 'need-proof')
    await desk.proveByChannel()
    assert.equal((await desk.standing('reset-password')).verdict, 'allow')
    assert.equal(asked.length, 2)
  })

  it('is another one for another operation', async () => {
    const { desk, asked } = office()
    await desk.standing('reset-password')
    await desk.standing('unlock-account')
    assert.deepEqual(asked, ['reset-password own', 'unlock-account own'])
  })
})
