import assert from 'node:assert/strict'
import { oneAtATime, TooManyAtOnce } from '../../../bot/turns/one-at-a-time.ts'

describe('one thing a person at a time', () => {
  /** Work that ends when it is told to. */
  function held(log: string[], name: string) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const work = async () => {
      log.push(`${name} begins`)
      await promise
      log.push(`${name} ends`)
      return name
    }
    return { work, release: resolve }
  }

  it('works in the order of coming, each when the one before is done', async () => {
    const log: string[] = []
    const inLine = oneAtATime(5)
    const [first, second] = [held(log, 'first'), held(log, 'second')]
    const both = Promise.all([inLine('ada', first.work), inLine('ada', second.work)])
    second.release()
    first.release()
    assert.deepEqual(await both, ['first', 'second'])
    assert.deepEqual(log, ['first begins', 'first ends', 'second begins', 'second ends'])
  })

  it('lets nobody wait for somebody else', async () => {
    const log: string[] = []
    const inLine = oneAtATime(5)
    const [slow, quick] = [held(log, 'slow'), held(log, 'quick')]
    const waiting = inLine('ada', slow.work)
    quick.release()
    assert.equal(await inLine('tomas', quick.work), 'quick')
    slow.release()
    await waiting
  })

  it('refuses what is too much without doing it, and takes more when there is room', async () => {
    const log: string[] = []
    const inLine = oneAtATime(2)
    const [first, second, third] = [held(log, 'first'), held(log, 'second'), held(log, 'third')]
    const taken = [inLine('ada', first.work), inLine('ada', second.work)]
    await assert.rejects(inLine('ada', third.work), TooManyAtOnce)
    first.release()
    second.release()
    await Promise.all(taken)
    assert.ok(!log.includes('third begins'))
    third.release()
    assert.equal(await inLine('ada', third.work), 'third')
  })

  it('goes on after something that failed, and tells only whoever asked for it', async () => {
    const inLine = oneAtATime(5)
    const failing = inLine('ada', async () => {
      throw new Error('broken')
    })
    const next = inLine('ada', async () => 'fine')
    await assert.rejects(failing, /broken/)
    assert.equal(await next, 'fine')
  })
})
