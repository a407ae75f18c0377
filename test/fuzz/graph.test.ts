import assert from 'node:assert/strict'
import { AuthError } from '@azure/msal-node'
import fc from 'fast-check'
import { z } from 'zod'
import { describeTokenFailure } from '../../bot/directory/credential-failure.ts'
import { DirectoryError, directoryErrorCodes } from '../../bot/directory/directory-error.ts'
import { readGroup } from '../../bot/directory/entra-group.ts'
import { mailBody } from '../../bot/directory/entra-mail.ts'
import { findByAddress, findPeople } from '../../bot/directory/entra-people.ts'
import { graphManager, graphUser, managerLink, toUser } from '../../bot/directory/entra-user.ts'
import { address, nextPage, odataText } from '../../bot/directory/graph-address.ts'
import { readMany } from '../../bot/directory/graph-batch.ts'
import { GraphCall } from '../../bot/directory/graph-call.ts'
import { answerError, networkError } from '../../bot/directory/graph-errors.ts'
import { anchorGuid } from '../../bot/directory/match-anchor.ts'
import { membershipAddress, newMemberAddress } from '../../bot/directory/membership-address.ts'
import { readClaims } from '../../bot/doctor/token-claims.ts'
import { groupId } from '../../bot/identity/person.ts'
import { practiceGraph } from '../bot/directory/surroundings.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, json, text } from './nasty.ts'

const endpoint = 'https://graph.example'
const id = '0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11'
const group = groupId.parse(id)
const user = {
  id,
  displayName: 'Ada Example',
  givenName: 'Ada',
  userPrincipalName: 'ada@company.example',
  mail: 'ada@company.example',
  otherMails: ['ada@home.example'],
  accountEnabled: true,
  userType: 'Member',
  onPremisesSyncEnabled: null,
  lastPasswordChangeDateTime: '2026-01-01T00:00:00Z',
  proxyAddresses: ['SMTP:ada@company.example'],
}
const listing = { value: [user], '@odata.nextLink': `${endpoint}/v1.0/users?$skiptoken=x` }
const aGroup = {
  id,
  displayName: 'Sales',
  description: 'x',
  isAssignableToRole: null,
  groupTypes: [],
  mailEnabled: false,
}
const refusal = { error: { code: 'Request_BadRequest', message: 'no', innerError: { 'request-id': id, date: 'x' } } }
const batch = { responses: [{ id: '0', status: 200, headers: { 'x-y': 'z' }, body: aGroup }] }
const call = new GraphCall({ kind: 'write', title: 'PATCH /users/{id}', secrets: ['Temporary-Pass-1234'] })

/** Answers every request with this text, once: after that there is nothing. */
function answering(status: number, body: string) {
  let asked = 0
  const answer = async () => new Response(asked++ === 0 ? body : '{"value":[]}', { status: asked === 1 ? status : 200 })
  return practiceGraph(endpoint, { fetch: answer, retries: { tries: 1, firstPause: 0, longestPause: 0 } }).graph
}

/** What the directory holds is shown and kept: no half characters, no NUL. Nothing but DirectoryError is thrown. */
async function orDirectoryError<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    isDirectoryError(error)
    return undefined
  }
}
function isDirectoryError(error: unknown): void {
  assert.ok(error instanceof DirectoryError, error instanceof Error ? error.stack : String(error))
  assert.ok(directoryErrorCodes.includes(error.code), String(error.code))
  assert.ok(typeof error.sentence === 'string' && error.sentence.length > 0 && error.detail.length <= 500)
}
function isKept(value: unknown): void {
  if (typeof value === 'string') assert.ok(value.isWellFormed() && !value.includes('\0'), JSON.stringify(value))
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(isKept)
}

/** What JSON.stringify makes, and the same broken. */
const body = (sample: object) =>
  fc.oneof(
    altered(sample).map((one) => JSON.stringify(one) ?? ''),
    broken(60_000, JSON.stringify(sample)),
  )

describe('fuzzing what comes from Microsoft Graph', () => {
  fuzz(
    'Graph: a list of users',
    body(listing),
    async (answer) => {
      const found = await orDirectoryError(findByAddress(answering(200, answer), 'ada@company.example'))
      isKept(found ?? [])
    },
    { share: 0.5 },
  )

  fuzz(
    'Graph: a search for people',
    body(listing),
    async (answer) => {
      isKept((await orDirectoryError(findPeople(answering(200, answer), 'Ada', 5))) ?? [])
    },
    { share: 0.5 },
  )

  fuzz(
    'Graph: a group',
    body(aGroup),
    async (answer) => {
      isKept((await orDirectoryError(readGroup(answering(200, answer), group))) ?? [])
    },
    { share: 0.5 },
  )

  fuzz(
    'Graph: a batch',
    body(batch),
    async (answer) => {
      const deps = {
        clock: () => new Date(),
        random: () => 0,
        sleep: async () => {},
        rules: { tries: 1, firstPause: 0, longestPause: 0 },
      }
      const read = readMany(answering(200, answer), ['/groups/x'], z.object({ id: z.string() }), { title: 'x' }, deps)
      await orDirectoryError(read)
    },
    { share: 0.5 },
  )

  fuzz('Graph: a user', fc.oneof(altered(user), json), (given) => {
    const read = graphUser.safeParse(given)
    if (read.success) {
      const { passwordChangedAt, createdAt, ...rest } = toUser(read.data)
      for (const at of [passwordChangedAt, createdAt]) assert.ok(at === undefined || Number.isFinite(at.getTime()))
      assert.equal(rest.id, rest.id.toLowerCase())
    }
    graphManager.safeParse(given)
    managerLink.safeParse(given)
  })

  const codes = fc.oneof(
    text(60),
    fc.constantFrom('constructor', '__proto__', 'toString', 'hasOwnProperty', 'TooManyRequests'),
  )
  const refusals = fc.oneof(
    body(refusal),
    codes.map((code) => JSON.stringify({ error: { code, message: 'it was Temporary-Pass-1234' } })),
    codes.map((errorCode) => JSON.stringify({ errorCode, message: 'x' })),
  )
  fuzz(
    'Graph: a refusal',
    fc.tuple(refusals, fc.integer({ min: 100, max: 599 }), text(60)),
    ([answer, status, requestId]) => {
      const headers = new Headers(/^[\x21-\x7e]+$/.test(requestId) ? { 'request-id': requestId } : {})
      const error = answerError(call, status, headers, answer)
      isDirectoryError(error)
      assert.ok(!`${error.detail} ${error.sentence} ${error.message}`.includes('Temporary-Pass-1234'))
      isKept(error.detail)
    },
  )

  fuzz('Graph: no answer at all', fc.tuple(text(3_000), text(60)), ([words, code]) => {
    const failure = Object.assign(new Error(words), { code, cause: Object.assign(new Error(words), { code }) })
    for (const one of [failure, words, undefined]) isDirectoryError(networkError(call, one))
  })

  fuzz('Graph: a path of somebody’s words', fc.tuple(text(300), text(300)), ([segment, words]) => {
    if (!segment.isWellFormed() || !words.isWellFormed() || /^\.{0,2}$/.test(segment)) return
    const url = new URL(endpoint + address(['users', segment], { $filter: `mail eq ${odataText(words)}` }))
    assert.equal(url.host, 'graph.example')
    assert.equal(decodeURIComponent(url.pathname), `/users/${segment}`)
    assert.equal(url.hash, '')
    const [only, ...more] = [...url.searchParams]
    assert.deepEqual(more, [])
    const literal = only?.[1].slice('mail eq '.length) ?? ''
    assert.match(literal, /^'(?:[^']|'')*'$/)
    assert.equal(literal.slice(1, -1).replaceAll("''", "'"), words)
  })

  fuzz(
    'Graph: somebody is looked for',
    text(400),
    async (words) => {
      for (const find of [
        findByAddress(answering(200, '{"value":[]}'), words),
        findPeople(answering(200, '{"value":[]}'), words, 5),
      ])
        assert.deepEqual(await find, [])
    },
    { share: 0.5 },
  )

  fuzz('Graph: the next page', broken(2_000, `${endpoint}/v1.0/users?$skiptoken=x`), (link) => {
    let next: string
    try {
      next = nextPage(link, endpoint)
    } catch (error) {
      return isDirectoryError(error)
    }
    const { origin, username, password } = new URL(next)
    assert.deepEqual([origin, username, password], [endpoint, '', ''])
  })

  fuzz('Graph: the address of a membership', fc.tuple(broken(100, id), broken(100, id)), ([one, other]) => {
    for (const make of [() => membershipAddress(one, other), () => newMemberAddress(one)])
      try {
        assert.match(make(), /^\/groups\/[0-9a-f-]{36}\/members\/(?:[0-9a-f-]{36}\/)?\$ref$/)
      } catch (error) {
        assert.ok(error instanceof TypeError || error instanceof URIError, String(error))
      }
  })

  fuzz('Graph: why there is no token', fc.tuple(text(3_000), text(100)), ([message, code]) => {
    for (const fault of [new AuthError(code || 'x', message), new Error(message), message]) {
      const error = describeTokenFailure(fault, { authority: 'https://login.example', tenantId: id })
      assert.equal(error.name, 'CredentialError')
    }
  })

  const mails = fc.record({
    to: fc.array(broken(400, 'ada@home.example'), { minLength: 1, maxLength: 3 }),
    subject: text(300),
    text: text(100_100),
  })
  fuzz('Graph: a mail', mails, (mail) => {
    try {
      const { message } = mailBody(mail)
      assert.equal(message.body.contentType, 'Text')
      assert.doesNotMatch(message.subject, /\p{Cc}/u)
      for (const { emailAddress } of message.toRecipients) assert.doesNotMatch(emailAddress.address, /[\s\p{Cc}<>,;"]/u)
    } catch (error) {
      isDirectoryError(error)
    }
  })

  fuzz('Graph: an anchor', broken(200, 'UjqfC24NQ0+aVz8fXSyOEQ=='), (given) => {
    const guid = anchorGuid(given)
    assert.ok(guid === undefined || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(guid))
  })

  const token = `${btoa('{"alg":"none"}')}.${btoa('{"roles":["x"],"oid":"y"}')}.`
  fuzz('Graph: the claims of our own token', broken(5_000, token), (given) => {
    try {
      assert.ok(Array.isArray(readClaims(given).roles))
    } catch (error) {
      assert.ok(error instanceof Error)
    }
  })
})
