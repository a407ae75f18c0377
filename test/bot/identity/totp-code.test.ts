import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import fc from 'fast-check'
import {
  codeAt,
  manualKeyOf,
  matchingStep,
  newSeed,
  otpauthUri,
  readCode,
  stepAt,
} from '../../../bot/identity/totp-code.ts'

/** What oathtool, which is somebody else's code, says the code is. */
function oathtool(seed: Buffer, unixSeconds: number): string {
  try {
    return execFileSync('oathtool', ['--totp', '--now', `@${unixSeconds}`, seed.toString('hex')], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new Error(missing ? 'oathtool is not installed: apt-get install oathtool' : 'oathtool failed')
  }
}

describe('TOTP codes', () => {
  // RFC 6238, appendix B, SHA-1: eight digits there, of which an app with six shows the last six.
  const vectors = [
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ] as const
  for (const [at, code] of vectors) {
    it(`agrees with RFC 6238 at ${at}`, () => {
      const seed = Buffer.from('12345678901234567890')
      assert.equal(codeAt(seed, stepAt(new Date(at * 1000))), code.slice(2))
    })
  }

  it('agrees with oathtool on 200 random seeds and times', () => {
    for (let run = 0; run < 200; run++) {
      const seed = newSeed()
      const at = randomInt(0, 4_000_000_000)
      assert.equal(codeAt(seed, stepAt(new Date(at * 1000))), oathtool(seed, at), `at ${at}`)
    }
  }).timeout(180_000)

  it('makes seeds of 160 bits', () => {
    assert.equal(newSeed().length, 20)
    assert.notDeepEqual(newSeed(), newSeed())
  })

  it('accepts the present step and its neighbours, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 100_000_000 }), fc.integer({ min: -6, max: 6 }), (step, aside) => {
        const seed = randomBytes(20)
        const now = new Date(step * 30_000 + 12_345)
        const near = [-1, 0, 1].map((offset) => codeAt(seed, step + offset))
        const code = codeAt(seed, step + aside)
        fc.pre(near.filter((other) => other === code).length === (Math.abs(aside) <= 1 ? 1 : 0))
        assert.equal(matchingStep(seed, code, now), Math.abs(aside) <= 1 ? step + aside : undefined)
      }),
    )
  })

  it('reads six digits however they are spaced, and nothing else', () => {
    for (const typed of ['123456', ' 123 456 ', '１２３４５６', '12\u00a03456']) assert.equal(readCode(typed), '123456')
    const wrong = [
      '',
      '12345',
      '1234567',
      '12345a',
      '-12345',
      '1e5',
      '٣٤٥٦٧٨',
      '123.456',
      ' '.repeat(9_999),
      '1'.repeat(9_999),
    ]
    for (const typed of wrong) assert.equal(readCode(typed), undefined, typed.slice(0, 20))
  })

  it('writes the seed for typing in groups of four', () => {
    assert.match(manualKeyOf(newSeed()), /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    assert.equal(manualKeyOf(Buffer.from('12345678901234567890')), 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
  })

  it('escapes whatever stands in issuer and account, and keeps the parameters whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (issuer, account) => {
        const uri = new URL(otpauthUri(newSeed(), issuer, account))
        assert.equal(uri.protocol, 'otpauth:')
        assert.equal(uri.hash, '')
        assert.deepEqual([...uri.searchParams.keys()], ['secret', 'issuer', 'algorithm', 'digits', 'period'])
        const label = decodeURIComponent(uri.pathname.replace(/^\//, ''))
        assert.equal(label.split(':').length, 2)
        assert.equal(label.split(':')[0], uri.searchParams.get('issuer'))
        assert(uri.href.length < 4_000)
      }),
    )
    const uri = otpauthUri(Buffer.from('12345678901234567890'), 'Contoso & Söhne: Help', 'ada?x=1@contoso.example')
    assert.equal(
      uri,
      'otpauth://totp/Contoso%20%26%20S%C3%B6hne%20%20Help:ada%3Fx%3D1%40contoso.example' +
        '?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Contoso%20%26%20S%C3%B6hne%20%20Help' +
        '&algorithm=SHA1&digits=6&period=30',
    )
  })
})
