import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  domainSidOf,
  fromFiletime,
  fromGeneralizedTime,
  fromGroupType,
  fromSpan,
  guidBytes,
  guidText,
  hasBit,
  immutableId,
  immutableIdBytes,
  never,
  relativeId,
  sidBytes,
  sidText,
  toFiletime,
  toGeneralizedTime,
  toGroupType,
  unicodePassword,
} from '../../../agent/ldap/encodings.ts'
import { groupScopes } from '../../../agent/protocol/commands.ts'

const moments = fc.date({ min: new Date('1601-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })

describe('how Active Directory writes things', () => {
  it('counts time in steps of 100 nanoseconds since 1601', () => {
    assert.equal(toFiletime(new Date('2026-11-21T00:00:00Z')), '134396928000000000')
    assert.deepEqual(fromFiletime('116444736000000000'), new Date(0))
    assert.deepEqual(fromFiletime(132_000_000_000_000_000n)?.toISOString(), '2019-04-17T18:40:00.000Z')
    fc.assert(fc.property(moments, (moment) => assert.deepEqual(fromFiletime(toFiletime(moment)), moment)))
  })

  it('has two ways to say never, and people who write nearly one of them', () => {
    for (const text of ['0', never, '9223372036854775000', '', 'soon', '-1', undefined])
      assert.equal(fromFiletime(text), undefined, text)
  })

  it('writes spans as negative numbers', () => {
    assert.equal(fromSpan('-18000000000'), 30 * 60_000)
    for (const text of ['0', '-9223372036854775808', undefined, '5', 'x']) assert.equal(fromSpan(text), undefined, text)
  })

  it('writes moments of the schema with a zone', () => {
    assert.deepEqual(fromGeneralizedTime('20261121150406.0Z'), new Date('2026-11-21T15:04:06Z'))
    assert.deepEqual(fromGeneralizedTime('20261121150406.25Z'), new Date('2026-11-21T15:04:06.250Z'))
    for (const text of ['20261121150406', '2026', '20261341150406.0Z', undefined])
      assert.equal(fromGeneralizedTime(text), undefined, text)
    fc.assert(
      fc.property(moments, (moment) => {
        moment.setUTCMilliseconds(0)
        assert.deepEqual(fromGeneralizedTime(toGeneralizedTime(moment)), moment)
      }),
    )
  })

  it('writes SIDs with the authority big-endian and the rest little-endian', () => {
    const administrators = Buffer.from('01020000000000052000000020020000', 'hex')
    assert.equal(sidText(administrators), 'S-1-5-32-544')
    assert.deepEqual(sidBytes('S-1-5-32-544'), administrators)
    const part = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.array(part, { maxLength: 15 }), (authority, parts) => {
        const text = ['S-1', authority, ...parts].join('-')
        assert.equal(sidText(sidBytes(text)), text)
      }),
    )
    for (const text of ['S-1-5-32-4294967296', 'S-2-5-32', '', 'S-1-5-', 'S-1-281474976710656-1'])
      assert.throws(() => sidBytes(text), RangeError, text)
    for (const hex of ['', '01', '0102000000000005', '02010000000000052000000020020000'])
      assert.throws(() => sidText(Buffer.from(hex, 'hex')), RangeError, hex)
  })

  it('knows whose account a SID is', () => {
    assert.equal(relativeId('S-1-5-21-1-2-3-512'), 512)
    assert.equal(relativeId('S-1-5'), undefined)
    assert.equal(domainSidOf('S-1-5-21-1-2-3-512'), 'S-1-5-21-1-2-3')
    assert.equal(domainSidOf('S-1-5-32-544'), undefined)
  })

  it('writes the first three fields of a GUID back to front', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex')
    assert.equal(guidText(bytes), '00112233-4455-6677-8899-aabbccddeeff')
    assert.deepEqual(guidBytes('00112233-4455-6677-8899-AABBCCDDEEFF'), bytes)
    fc.assert(fc.property(fc.uuid(), (text) => assert.equal(guidText(guidBytes(text)), text)))
    assert.throws(() => guidText(Buffer.alloc(15)), RangeError)
    assert.throws(() => guidBytes('00112233445566778899aabbccddeeff'), RangeError)
  })

  it('is known to the directory of the cloud by the base64 of a GUID', () => {
    assert.equal(immutableId('00112233-4455-6677-8899-aabbccddeeff'), 'MyIRAFVEd2aImaq7zN3u/w==')
    fc.assert(fc.property(fc.uuid(), (text) => assert.deepEqual(immutableIdBytes(immutableId(text)), guidBytes(text))))
    for (const text of ['', 'MyIRAFVEd2aImaq7zN3u', 'not base64 at all', ' MyIRAFVEd2aImaq7zN3u/w=='])
      assert.equal(immutableIdBytes(text), undefined, text)
  })

  it('wants a password in quotation marks and in UTF-16', () => {
    assert.equal(unicodePassword('Aé1"').toString('hex'), '22004100e900310022002200')
  })

  it('makes a security group a negative number', () => {
    assert.equal(toGroupType('global', true), '-2147483646')
    assert.equal(toGroupType('universal', true), '-2147483640')
    assert.equal(toGroupType('domain-local', true), '-2147483644')
    assert.equal(toGroupType('universal', false), '8')
    assert.deepEqual(fromGroupType('-2147483643'), { scope: 'builtin', security: true })
    for (const scope of groupScopes)
      for (const security of [true, false])
        assert.deepEqual(fromGroupType(toGroupType(scope, security)), { scope, security })
    for (const text of ['0', '', 'x', undefined]) assert.equal(fromGroupType(text), undefined)
  })

  it('tells bits apart, and takes what is no number for none', () => {
    assert.equal(hasBit('514', 2), true)
    assert.equal(hasBit('512', 2), false)
    assert.equal(hasBit('8388608', 0x80_0000), true)
    assert.equal(hasBit(undefined, 2), false)
    assert.equal(hasBit('two', 2), false)
  })
})
