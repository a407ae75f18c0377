import assert from 'node:assert/strict'
import fc from 'fast-check'
import { BerReader, BerWriter, type Entry, EqualityFilter, UnknownStatusCodeError } from 'ldapts'
import type { z } from 'zod'
import { AgentError } from '../../agent/agent-error.ts'
import { lockOf } from '../../agent/ldap/account.ts'
import {
  domainSidOf,
  fromFiletime,
  fromGeneralizedTime,
  fromGroupType,
  fromSpan,
  guidBytes,
  guidText,
  hasBit,
  immutableIdBytes,
  relativeId,
  sidBytes,
  sidText,
} from '../../agent/ldap/encodings.ts'
import { bindError, toAgentError } from '../../agent/ldap/errors.ts'
import { is } from '../../agent/ldap/filters.ts'
import { groupOf } from '../../agent/ldap/group.ts'
import {
  childDn,
  domainOf,
  formatDn,
  isAtOrBelow,
  isBelow,
  ownName,
  parentDn,
  parseDn,
  same,
} from '../../agent/ldap/names.ts'
import { sliceOf } from '../../agent/ldap/ranged.ts'
import { readSecurityDescriptor } from '../../agent/ldap/security-descriptor.ts'
import { userOf } from '../../agent/ldap/user.ts'
import { adGroup, adUser } from '../../agent/protocol/commands.ts'
import { agentError, sid } from '../../agent/protocol/frames.ts'
import { fuzz } from './fuzz.ts'
import { broken, bytes, text } from './nasty.ts'

const administrators = Buffer.from('01020000000000052000000020020000', 'hex')
const somebody = sidBytes('S-1-5-21-1004336348-1177238915-682003330-1105')
const guid = guidBytes('0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11')
/** Owner, and a list that allows one extended right and denies a write. */
const descriptor = Buffer.concat([
  Buffer.from('0100048014000000000000000000000030000000', 'hex'),
  somebody,
  Buffer.from('0400600002000000', 'hex'),
  Buffer.from('0502380000010000010000007029950068a7d011a768', 'hex').subarray(0, 12),
  guid,
  somebody,
  Buffer.from('0100240020000000', 'hex'),
  somebody,
])

/** What the given errors refuse is undefined; any other error is a fault. */
function orRefused<T>(read: () => T, isRefusal: (error: unknown) => boolean): T | undefined {
  try {
    return read()
  } catch (error) {
    assert.ok(isRefusal(error), error instanceof Error ? error.stack : String(error))
    return undefined
  }
}
const isRange = (error: unknown) => error instanceof RangeError
const isNoName = (error: unknown) => error instanceof AgentError && error.code === 'refused'

const numbers = fc.oneof(
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
  broken(60, '9223372036854775807', '-9223372036854775808', '134396928000000000', '0', '-2147483646'),
)
const names = broken(
  3_000,
  'CN=Ada Example,OU=People,DC=corp,DC=example',
  'CN=Mal\\, lory+UID=1,DC=x',
  'CN="a,b" ,DC=x',
  'CN=\\C3\\A4\\20,DC=x',
)
const words = text(1_500)

/** What the schema of Active Directory lets stand there (MS-ADA3), in UTF-8. */
const inUtf8 = (longest: number) => text(longest).map((given) => given.toWellFormed())
const value = fc.oneof(inUtf8(1_500), numbers, bytes(60, guid, somebody), fc.array(inUtf8(1_500), { maxLength: 3 }))
const userNames = ['userPrincipalName', 'displayName', 'givenName', 'sn', 'mail', 'title', 'description'] as const
const counters = ['userAccountControl', 'groupType', 'msDS-User-Account-Control-Computed', 'lockoutTime'] as const
const entries: fc.Arbitrary<Entry> = fc
  .tuple(
    names,
    bytes(20, guid),
    bytes(30, somebody, administrators),
    fc.array(
      fc.tuple(
        fc.constantFrom(...userNames, ...counters, 'isDeleted', 'lastKnownParent', 'name', 'mS-DS-ConsistencyGuid'),
        value,
      ),
      { maxLength: 12 },
    ),
    fc.tuple(numbers, numbers, inUtf8(256), fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String)),
  )
  .map(([dn, objectGUID, objectSid, more, [control, kind, account, usn]]) => ({
    dn: dn.slice(0, 2_000),
    uSNChanged: usn,
    manager: dn.slice(0, 2_000),
    objectGUID,
    objectSid,
    userAccountControl: control,
    groupType: kind,
    sAMAccountName: account,
    ...Object.fromEntries(more),
  }))

const domain = 'corp.example'
const writable = { allowed: true, because: null }

describe('fuzzing what comes from a domain controller', () => {
  fuzz('LDAP: times and counters', fc.oneof(numbers, text(60)), (given) => {
    for (const moment of [fromFiletime(given), fromGeneralizedTime(given)])
      assert.ok(moment === undefined || (Number.isFinite(moment.getTime()) && moment.toISOString() !== ''))
    const span = fromSpan(given)
    assert.ok(span === undefined || (span >= 0 && Number.isFinite(span)))
    assert.equal(typeof hasBit(given, 0x10), 'boolean')
    fromGroupType(given)
  })

  fuzz(
    'LDAP: moments of the schema',
    broken(60, '20261121150406.0Z', '20261121150406.123456789Z', '16010101000000.0Z'),
    (given) => {
      const moment = fromGeneralizedTime(given)
      assert.ok(moment === undefined || Number.isFinite(moment.getTime()))
    },
  )

  fuzz('LDAP: a SID’s bytes', bytes(80, administrators, somebody), (given) => {
    const written = orRefused(() => sidText(given), isRange)
    if (written === undefined) return
    assert.ok(sid.safeParse(written).success, written)
    assert.deepEqual(sidBytes(written), given)
    relativeId(written)
    domainSidOf(written)
  })

  fuzz('LDAP: a SID’s text', broken(300, 'S-1-5-21-1004336348-1177238915-682003330-1105', 's-1-5-32-544'), (given) => {
    const made = orRefused(() => sidBytes(given), isRange)
    if (made)
      assert.equal(
        sidText(made),
        `S-1-${given
          .slice(4)
          .split('-')
          .map((part) => String(Number(part)))
          .join('-')}`,
      )
  })

  fuzz(
    'LDAP: a GUID and an anchor',
    fc.tuple(bytes(20, guid), broken(100, guidText(guid)), broken(60, guid.toString('base64'))),
    ([raw, written, anchor]) => {
      const shown = orRefused(() => guidText(raw), isRange)
      if (shown) assert.deepEqual(guidBytes(shown), raw)
      orRefused(() => guidBytes(written), isRange)
      assert.ok([undefined, 16].includes(immutableIdBytes(anchor)?.length))
    },
  )

  fuzz('LDAP: a security descriptor', bytes(400, descriptor), (given) => {
    const read = orRefused(() => readSecurityDescriptor(given), isRange)
    for (const entry of read?.entries ?? []) assert.ok(sid.safeParse(entry.sid).success && entry.mask >= 0)
  })

  fuzz('LDAP: a distinguished name', fc.oneof(names, text(3_000)), (given) => {
    const read = orRefused(() => parseDn(given), isNoName)
    if (read === undefined) return
    const spelled = formatDn(read)
    assert.deepEqual(parseDn(spelled), read)
    assert.doesNotMatch(spelled, /[\p{Cc}]/u)
    assert.ok(same(given, spelled) && isAtOrBelow(given, spelled) && !isBelow(given, spelled))
    const parent = parentDn(given)
    if (parent !== undefined) assert.ok(isBelow(given, parent))
    assert.equal(typeof domainOf(given) + typeof ownName(given), 'stringstring')
  })

  fuzz('LDAP: a name made of somebody’s words', words, (given) => {
    const base = 'OU=People,DC=corp,DC=example'
    const dn = childDn('CN', given, base)
    assert.ok(isBelow(dn, base))
    assert.equal(parseDn(dn).length, 4)
    assert.equal(ownName(dn), given)
  })

  fuzz('LDAP: a filter made of somebody’s words', fc.oneof(words, bytes(60, guid)), (given) => {
    const writer = new BerWriter()
    is('mail', given).write(writer)
    const reader = new BerReader(writer.buffer)
    assert.equal(reader.readSequence(), 0xa3)
    const read = new EqualityFilter()
    read.parse(reader)
    assert.equal(read.attribute, 'mail')
    const expected = typeof given === 'string' ? Buffer.from(given) : given
    assert.deepEqual(
      Buffer.isBuffer(read.value) ? read.value : Buffer.from(read.value),
      Buffer.from(expected.toString()),
    )
    assert.ok(writer.buffer.includes(expected))
  })

  fuzz(
    'LDAP: the slice of a long list',
    fc.tuple(
      fc.array(fc.tuple(broken(60, 'member;range=0-1499', 'member;range=1500-*', 'member'), value), { maxLength: 5 }),
      fc.nat({ max: 2_000 }),
    ),
    ([given, start]) => {
      const { values, last } = sliceOf({ dn: 'x', ...Object.fromEntries(given) }, 'member', start)
      assert.ok(values.every((one) => typeof one === 'string') && typeof last === 'boolean')
    },
  )

  fuzz('LDAP: a user', entries, (entry) => {
    const read = orRefused(
      () => userOf(entry),
      (error) => isRange(error) || isNoName(error),
    )
    if (read) isAnswer(adUser, { ...read.user, domain, writable })
    lockOf(entry)
  })

  fuzz('LDAP: a group', entries, (entry) => {
    const read = orRefused(
      () => groupOf(entry),
      (error) => isRange(error) || isNoName(error),
    )
    if (read) isAnswer(adGroup, { ...read.group, domain, writable })
  })

  const said = broken(
    2_000,
    '0000052D: Constraint violation - check_password_restrictions: the password is too short',
    '80090308: LdapErr: DSID-0C090446, data 52e, v4563',
    '00000529: x',
  )
  fuzz(
    'LDAP: what a controller says when it refuses',
    fc.tuple(said, fc.integer({ min: 0, max: 200 }), fc.boolean()),
    ([message, code, writeSent]) => {
      for (const error of [new UnknownStatusCodeError(code, message), new Error(message), message, undefined]) {
        const read = toAgentError(error, { what: 'modify', writeSent })
        const { rule } = read
        const frame = { code: read.code, detail: read.message, maybeDone: read.maybeDone, ...(rule ? { rule } : {}) }
        assert.deepEqual(faultsOf(agentError.safeParse(frame)), [])
        assert.doesNotMatch(bindError(error, 'agent@corp', 'dc1').message, /\p{Cc}/u)
      }
    },
  )
})

/** It is what the protocol says, and the bot can show and keep it. */
function isAnswer(schema: z.ZodType, answer: Readonly<Record<string, unknown>>): void {
  assert.deepEqual(faultsOf(schema.safeParse(answer)), [])
  for (const [name, one] of Object.entries(answer))
    if (typeof one === 'string' && !namesAnObject.has(name)) assert.ok(one.isWellFormed() && !one.includes('\0'))
}
/** What names an object is never mended: it would name another one. */
const namesAnObject = new Set(['dn', 'managerDn', 'managedByDn', 'samAccountName'])

const faultsOf = (parsed: { readonly error?: { readonly issues: readonly object[] } | undefined }) =>
  parsed.error?.issues.map((issue) => JSON.stringify(issue).slice(0, 300)) ?? []
