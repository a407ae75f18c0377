import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { generateKey, KeyRingError, parseKeyRing, SealError, type SeedOwner } from '../../../bot/identity/key-ring.ts'
import { newRing, somebody } from './people.ts'

function owner(): SeedOwner {
  const person = somebody()
  return { tenant: person.tenant, person: person.id, factorId: randomUUID() }
}

function sealError(code: SealError['code']) {
  return (error: unknown) => error instanceof SealError && error.code === code
}

describe('key ring', () => {
  it('opens what it sealed, whatever the seed', () => {
    const ring = newRing()
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (seed) => {
        const whose = owner()
        assert.deepEqual(new Uint8Array(ring.open(ring.seal(seed, whose), whose)), seed)
      }),
    )
  })

  it('seals the same seed differently each time', () => {
    const ring = newRing()
    const whose = owner()
    const seed = Buffer.alloc(20, 7)
    assert.notEqual(ring.seal(seed, whose), ring.seal(seed, whose))
  })

  it('opens nothing of which one character was changed', () => {
    const ring = newRing('a', 'b')
    const whose = owner()
    const sealed = ring.seal(Buffer.alloc(20, 7), whose)
    const other = fc.constantFrom(...'ABCabc019-_.= \nv~')
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), other, (place, character) => {
        fc.pre(sealed[place] !== character)
        const changed = sealed.slice(0, place) + character + sealed.slice(place + 1)
        assert.throws(() => ring.open(changed, whose), SealError)
      }),
      { numRuns: 1_000 },
    )
  })

  it('opens no secret for another purpose, of another row, or as a seed', () => {
    const ring = newRing()
    const sealed = ring.seal(Buffer.from('secret'), { purpose: 'agent link key', of: 'one' })
    assert.equal(ring.open(sealed, { purpose: 'agent link key', of: 'one' }).toString(), 'secret')
    for (const other of [
      { purpose: 'agent link key', of: 'two' },
      { purpose: 'agent enrolment code', of: 'one' },
    ] as const)
      assert.throws(() => ring.open(sealed, other), sealError('tampered'))
    assert.throws(() => ring.open(sealed, owner()), sealError('tampered'))
  })

  it('knows its own mark, for one purpose and one text, under every key it holds', () => {
    const [old, next] = [generateKey('old'), generateKey('next')]
    const [before, between, after] = [old, `${next},${old}`, next].map(parseKeyRing)
    assert(before && between && after)
    const purpose = 'between replicas: ask'
    const mark = before.mark(purpose, 'words')
    assert.equal(between.isMarked(purpose, 'words', mark), true)
    assert.equal(after.isMarked(purpose, 'words', mark), false)
    assert.equal(before.isMarked('between replicas: answer', 'words', mark), false)
    assert.equal(before.isMarked(purpose, 'other words', mark), false)
    const [, code = ''] = mark.split('.')
    for (const wrong of ['', '.', 'old', 'old.', `old.${code.slice(0, -4)}`, `${mark}.`, `next.${code}`])
      assert.equal(between.isMarked(purpose, 'words', wrong), false, wrong)
    assert.equal(parseKeyRing(generateKey('old')).isMarked(purpose, 'words', mark), false)
  })

  it('opens nothing that was cut short or lengthened', () => {
    const ring = newRing()
    const whose = owner()
    const sealed = ring.seal(Buffer.alloc(20, 7), whose)
    for (let length = 0; length < sealed.length; length++) {
      assert.throws(() => ring.open(sealed.slice(0, length), whose), SealError)
    }
    for (const more of ['A', '=', '.', '\n', '.AAAA']) assert.throws(() => ring.open(sealed + more, whose), SealError)
  })

  it('opens no seed that was copied to another person, tenant or factor', () => {
    const ring = newRing()
    const whose = owner()
    const sealed = ring.seal(Buffer.alloc(20, 7), whose)
    const stranger = owner()
    assert.throws(() => ring.open(sealed, { ...whose, person: stranger.person }), sealError('tampered'))
    assert.throws(() => ring.open(sealed, { ...whose, factorId: stranger.factorId }), sealError('tampered'))
    const elsewhere = { ...whose, tenant: newTenant() }
    assert.throws(() => ring.open(sealed, elsewhere), sealError('tampered'))
  })

  it('seals with the first key and still opens with the others', () => {
    const [old, next] = [generateKey('old'), generateKey('next')]
    const whose = owner()
    const seed = Buffer.alloc(20, 7)
    const sealed = parseKeyRing(old).seal(seed, whose)
    const both = parseKeyRing(`${next}, ${old}`)
    assert.equal(both.currentId, 'next')
    assert.deepEqual(both.ids, ['next', 'old'])
    assert.deepEqual(both.open(sealed, whose), seed)
    assert.match(both.seal(seed, whose), /^v1\.next\./)
    assert.throws(() => parseKeyRing(next).open(sealed, whose), sealError('unknown-key'))
    assert.throws(() => parseKeyRing(next).open(sealed, whose), /"old".*HELPBOT_KEYS/)
  })

  it('names every fault of HELPBOT_KEYS at once, with the fix, and no key', () => {
    const good = generateKey('k1')
    const short = Buffer.alloc(16, 5).toString('base64')
    const zeros = Buffer.alloc(32).toString('base64')
    const text = [good, good.replace('k1:', 'k2:'), `k3:${short}`, 'k4:!!!', zeros, `k5:${zeros}`, generateKey('k1')]
    assert.throws(
      () => parseKeyRing(text.join(',')),
      (error: unknown) => {
        assert(error instanceof KeyRingError)
        assert.deepEqual(
          error.problems.map((problem) => problem.slice(0, 23)),
          [2, 3, 4, 5, 6, 7].map((entry) => `HELPBOT_KEYS, entry ${entry}: `),
        )
        assert.match(error.message, /16 bytes, not 32; make one with `openssl rand -base64 32`/)
        for (const secret of [good.slice(3), short, zeros, '!!!']) assert(!error.message.includes(secret))
        return true
      },
    )
    assert.throws(() => parseKeyRing(''), /HELPBOT_KEYS, entry 1: must be written id:key; make one with/)
  })

  it('shows no key when it is printed', () => {
    const text = generateKey('k1')
    const ring = parseKeyRing(text)
    const printed = inspect(ring, { depth: 10, showHidden: true }) + JSON.stringify(ring)
    assert(!printed.includes(text.slice(3)))
    assert(!printed.includes(Buffer.from(text.slice(3), 'base64').toString('hex')))
  })
})

function newTenant(): SeedOwner['tenant'] {
  return somebody().id as string as SeedOwner['tenant']
}
