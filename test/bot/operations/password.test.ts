import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { entropyBits, type RandomInt, temporaryPassword } from '../../../bot/operations/password.ts'
import { words } from '../../../bot/operations/words.ts'
import { loadPolicy, type PasswordPolicy } from '../../../bot/policy/policy.ts'

const protect = 'operations: { protect-account: { mode: automatic, proofs: none } }\n'
/** What the policy file makes of these settings, so that no test uses a policy nobody could have. */
function policyOf(settings: string): PasswordPolicy {
  return loadPolicy(`${protect}password: ${settings}\n`, 'policy.yaml').password
}
const byDefault = policyOf('{}')
const secure: RandomInt = (bound) => randomInt(bound)

/** A repeatable stream of whole numbers, for tests that count (xorshift32). */
function seeded(seed: number): RandomInt {
  let state = seed | 0 || 1
  return (bound) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.floor(((state >>> 0) / 2 ** 32) * bound)
  }
}

function classesIn(password: string): number {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((one) => one.test(password)).length
}

const policies: fc.Arbitrary<PasswordPolicy> = fc.record({
  style: fc.constantFrom('words', 'characters'),
  words: fc.integer({ min: 5, max: 10 }),
  digits: fc.integer({ min: 2, max: 6 }),
  length: fc.integer({ min: 12, max: 64 }),
  minimumLength: fc.integer({ min: 8, max: 64 }),
  classes: fc.constantFrom(3, 4),
})

describe('the word list', () => {
  it('has at least 1,024 different words of 3 to 7 plain letters', () => {
    assert.ok(words.length >= 1024)
    assert.equal(new Set(words).size, words.length)
    for (const word of words) assert.match(word, /^[a-z]{3,7}$/)
  })

  it('has no word that begins like a digit looks, and no plural of another', () => {
    const all = new Set(words)
    for (const word of words) {
      assert.doesNotMatch(word, /^i/)
      assert.ok(!all.has(`${word}s`), word)
    }
  })

  it('has no two words that sound the same', () => {
    const all = new Set(words)
    const pairs =
      'bear bare,sea see,pear pair,flour flower,knight night,mail male,sail sale,rain reign,route root,plane plain,peace piece,' +
      'meet meat,hair hare,deer dear,write right,blue blew,hour our,hole whole,brake break,cell sell,scent cent,heal heel,' +
      'main mane,maize maze,medal meddle,metal mettle,morning mourning,navel naval,palette palate,pedal petal,pier peer,' +
      'principle principal,profit prophet,road rode,sole soul,stair stare,steak stake,steel steal,strait straight,' +
      'suite sweet,tide tied,toe tow,vein vain,waist waste,week weak,wood would,throne thrown,cereal serial,cymbal symbol,' +
      'fairy ferry,council counsel,current currant,beach beech,canvas canvass,carat carrot,mist missed,racket racquet,' +
      'sauce source,storey story,altar alter,manor manner,gray grey,draft draught,lute loot,peak peek,yolk yoke'
    for (const pair of pairs.split(',')) assert.ok(pair.split(' ').filter((word) => all.has(word)).length < 2, pair)
  })
})

describe('a temporary password', () => {
  it('is words and a number that can be read aloud', () =>
    assert.match(temporaryPassword(byDefault, [], secure), /^[A-Z][a-z]{2,6}-[2-9]{3}(-[A-Z][a-z]{2,6}){4}$/))

  it('comes from the list, and from the random source alone', () => {
    const password = temporaryPassword(byDefault, [], seeded(7))
    assert.equal(temporaryPassword(byDefault, [], seeded(7)), password)
    assert.notEqual(temporaryPassword(byDefault, [], seeded(8)), password)
    const [first = '', , ...others] = password.toLowerCase().split('-')
    for (const word of [first, ...others]) assert.ok(words.includes(word), word)
  })

  it('is single characters without look-alikes where the policy says so', () =>
    assert.match(temporaryPassword(policyOf('{ style: characters }'), [], secure), /^[^0O1lIo]{16}$/))

  it('meets what Entra ID and the policy ask for, whatever the policy', () => {
    fc.assert(
      fc.property(policies, fc.nat(), (policy, seed) => {
        const password = temporaryPassword(policy, [], seeded(seed))
        assert.ok(password.length >= Math.max(8, policy.minimumLength) && password.length <= 256, password)
        assert.ok(classesIn(password) >= policy.classes, password)
        assert.match(password, /^[A-Za-z0-9@#%*=+?!-]+$/)
      }),
      { numRuns: 2000 },
    )
  })

  it('grows to a minimum length by further words', () => {
    const password = temporaryPassword(policyOf('{ minimumLength: 64 }'), [], secure)
    assert.ok(password.length >= 64)
    assert.ok(password.split('-').length > 6)
  })

  it("contains no part of the person's names, in any spelling, and no banned word", () => {
    const seen = words.slice(0, 40).map((word) => word.slice(0, 3))
    fc.assert(
      fc.property(fc.subarray(seen, { maxLength: 8 }), fc.nat(), policies, (parts, seed, policy) => {
        const avoid = [parts.map((part) => part.toUpperCase()).join(' '), `${parts.join('.')}@example.com`]
        const password = temporaryPassword(policy, avoid, seeded(seed)).toLowerCase()
        for (const part of parts) assert.ok(!password.includes(part), `${password} contains ${part}`)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads accents and dashes in names as people type them', () => {
    // Each name forbids one letter group that would otherwise come up all the time.
    for (const [name, group] of [
      ['Zoë Tér', 'ter'],
      ["O'Ann-Ing", 'ing'],
      ['Áble', 'able'],
    ] as const) {
      const having = (avoid: readonly string[]) => {
        const random = seeded(3)
        const passwords = Array.from({ length: 500 }, () => temporaryPassword(byDefault, avoid, random).toLowerCase())
        return passwords.filter((password) => password.includes(group)).length
      }
      assert.ok(having([]) > 10, group)
      assert.equal(having([name]), 0, name)
    }
  })

  it('sees a banned word across the dash between two words', () => {
    const draws = (...drawn: readonly string[]) => [0, 0, 0, ...drawn.map((word) => words.indexOf(word))]
    const script = [
      ...draws('maple', 'kite', 'number', 'otter', 'basin'),
      ...draws('maple', 'kite', 'otter', 'number', 'basin'),
    ]
    const scripted: RandomInt = () => script.shift() ?? 0
    assert.equal(temporaryPassword(byDefault, ['Tenu'], scripted), 'Maple-222-Kite-Otter-Number-Basin')
  })

  it('leaves a name of two letters out of account', () =>
    assert.equal(temporaryPassword(byDefault, ['Al Bo'], seeded(5)), temporaryPassword(byDefault, [], seeded(5))))

  it('is refused, without saying any, when everything is banned', () => {
    // A broken random source that always draws the same word, and that word is banned.
    const stuck: RandomInt = () => 0
    const [only = ''] = words
    assert.throws(
      () => temporaryPassword(byDefault, [only], stuck),
      (error: Error) => /banned words/.test(error.message) && !error.message.toLowerCase().includes(only),
    )
  })

  it('is refused when the random source is out of bounds', () =>
    assert.throws(() => temporaryPassword(byDefault, [], (bound) => bound), RangeError))
})

describe('the strength of a temporary password', () => {
  it('is at least 60 bits by default, and with the least of everything the policy file takes', () => {
    for (const settings of [
      '{}',
      '{ words: 5, digits: 2, minimumLength: 8 }',
      '{ style: characters }',
      '{ style: characters, length: 12, minimumLength: 8, classes: 3 }',
      '{ style: characters, length: 12, minimumLength: 8, classes: 4 }',
    ])
      assert.ok(entropyBits(policyOf(settings)) >= 60, `${settings} gives ${entropyBits(policyOf(settings))} bits`)
  })

  it('is what the handbook says', () => assert.equal(entropyBits(byDefault).toFixed(1), '63.1'))

  it('is the logarithm of how many there are', () => {
    const bits = 5 * Math.log2(words.length) + 3 * 3
    assert.ok(Math.abs(entropyBits(byDefault) - bits) < 1e-9)
  })

  it('of single characters is what counting shows: the share that is drawn again is taken off', () => {
    const policy: PasswordPolicy = { ...byDefault, style: 'characters', length: 8, minimumLength: 8, classes: 4 }
    const all = [...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+=?!#%*@']
    const random = seeded(42)
    const draws = 200_000
    let good = 0
    for (let count = 0; count < draws; count++) {
      const drawn = Array.from({ length: 8 }, () => all[random(all.length)]).join('')
      if (classesIn(drawn) === 4) good++
    }
    const measured = 8 * Math.log2(all.length) + Math.log2(good / draws)
    assert.ok(Math.abs(entropyBits(policy) - measured) < 0.02, `${entropyBits(policy)} against ${measured}`)
  })

  it('grows with every word, digit and character, and falls with every class', () => {
    const characters = policyOf('{ style: characters }')
    assert.ok(entropyBits({ ...byDefault, words: 6 }) > entropyBits(byDefault) + 10)
    assert.ok(Math.abs(entropyBits({ ...byDefault, digits: 4 }) - entropyBits(byDefault) - 3) < 1e-9)
    assert.ok(entropyBits({ ...characters, length: 17 }) > entropyBits(characters) + 5)
    assert.ok(entropyBits({ ...characters, classes: 4 }) < entropyBits(characters))
  })
})

describe('the spread of temporary passwords', () => {
  /** Pearson's chi-squared against an even spread. */
  function chiSquared(counts: readonly number[]): number {
    const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  }

  /** Far beyond chance: mean of the distribution and six of its standard deviations. */
  function bound(categories: number): number {
    return categories - 1 + 6 * Math.sqrt(2 * (categories - 1))
  }

  function tally<T>(possible: readonly T[], drawn: Iterable<T>): readonly number[] {
    const counts = new Map(possible.map((one) => [one, 0]))
    for (const one of drawn) counts.set(one, (counts.get(one) ?? 0) + 1)
    assert.equal(counts.size, possible.length)
    return [...counts.values()]
  }

  it('is even over words, in every place, and over digits', () => {
    const random = seeded(20260302)
    const passwords = Array.from({ length: 20_000 }, () => temporaryPassword(byDefault, [], random).split('-'))
    for (const place of [0, 2, 3, 4, 5]) {
      const drawn = passwords.map((parts) => (parts[place] ?? '').toLowerCase())
      assert.ok(chiSquared(tally(words, drawn)) < bound(words.length), `place ${place}`)
    }
    const digits = passwords.flatMap((parts) => [...(parts[1] ?? '')])
    assert.ok(chiSquared(tally([...'23456789'], digits)) < bound(8))
  })

  it('is even over single characters up to what the classes ask for', () => {
    const random = seeded(99)
    const long = policyOf('{ style: characters, length: 64 }')
    const drawn = Array.from({ length: 1000 }, () => temporaryPassword(long, [], random)).join('')
    const all = [...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+=?!#%*@']
    assert.ok(chiSquared(tally(all, drawn)) < bound(all.length))
  })

  it('has no repeats among 20,000 from the real source', () => {
    const passwords = Array.from({ length: 20_000 }, () => temporaryPassword(byDefault, [], secure))
    assert.equal(new Set(passwords).size, passwords.length)
  })
})
