import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { WebSocket, WebSocketServer } from 'ws'
import { openJournal } from '../../agent/journal.ts'
import { readEnrolmentCode } from '../../agent/link/enrolment-code.ts'
import { ProtocolFault, TurnedAwayFault } from '../../agent/link/faults.ts'
import { enrol, type Line } from '../../agent/link/greeting.ts'
import { signedFrames } from '../../agent/link/signed-frames.ts'
import { makeSigningKey } from '../../agent/link/signing.ts'
import { anyCommand, commands } from '../../agent/protocol/commands.ts'
import { fromAgent, fromBot, greetingOfAgent, greetingOfBot } from '../../agent/protocol/frames.ts'
import { agentProof, botProof, framed, type Session } from '../../agent/protocol/transcripts.ts'
import { sealPassword } from '../../agent/seal.ts'
import { agentConnection } from '../../bot/agent-link/connection.ts'
import { isProofByCode, makeEnrolmentCode, proofByCode } from '../../bot/agent-link/enrolment-code.ts'
import { newSealKey } from '../../bot/agent-link/open-seal.ts'
import { fuzz } from './fuzz.ts'
import { altered, broken, json, text } from './nasty.ts'

const id = '0b9f3a52-0d6e-4f43-9a57-3f1f5d2c8e11'
const other = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const at = '2026-11-21T09:00:00.000Z'
const [botKey, agentKey] = [makeSigningKey(), makeSigningKey()]
const nonce = () => randomBytes(32).toString('base64url')
const session: Session = {
  botNonce: nonce(),
  agentNonce: nonce(),
  botKey: botKey.publicKey,
  agentKey: agentKey.publicKey,
}
const signature = agentKey.sign(Buffer.from('x'))

const command = {
  type: 'command',
  id,
  agentId: other,
  issued: at,
  expires: at,
  correlationId: 'c',
  command: { do: 'user', input: { guid: id } },
}
const ofBot = [command, { type: 'rotate' }, { type: 'rotation-pinned', agentKey: agentKey.publicKey }]
const ofAgent = [
  { type: 'result', id, repeated: false, outcome: { ok: true, value: { users: [{ displayName: 'Ada' }] } } },
  {
    type: 'result',
    id,
    repeated: true,
    outcome: { ok: false, error: { code: 'refused', detail: 'no', maybeDone: false } },
  },
  {
    type: 'health',
    at,
    version: '0.1.0',
    host: 'srv1',
    domain: 'corp.example',
    domainSid: 'S-1-5-21-1-2-3',
    controller: 'dc1.corp.example',
    pdc: null,
    latency: 1.5,
    queue: 0,
    fault: null,
    operations: ['unlock'],
  },
  {
    type: 'alarm',
    id,
    at,
    kind: 'privileged',
    commandId: null,
    correlationId: 'c',
    what: 'reset-password',
    because: 'x',
  },
  { type: 'rotated', agentKey: agentKey.publicKey, byOld: signature, byNew: signature },
]
const challenge = { type: 'challenge', version: 1, nonce: nonce(), botKey: botKey.publicKey, follows: [] }
const identify = { type: 'identify', version: 1, agentId: id, nonce: nonce(), agentKey: agentKey.publicKey, signature }
const enrolling = {
  type: 'enrol',
  version: 1,
  codeId: 'abcdefgh',
  name: 'srv1',
  nonce: nonce(),
  agentKey: agentKey.publicKey,
  proof: nonce(),
  signature,
}
const inputs = {
  user: { guid: id },
  'find-users': { by: 'mail', value: 'ada@company.example' },
  'list-users': { size: 100 },
  members: { group: id, from: 0, size: 100 },
  'is-member': { group: id, member: other },
  changes: { cookie: null, size: 10 },
  'reset-password': { guid: id, sealTo: botKey.publicKey, rules: { length: 16 } },
  'set-attributes': { guid: id, attributes: { title: 'x', accountExpires: null } },
  'create-user': { unit: id, name: 'Ada', samAccountName: 'ada', userPrincipalName: 'ada@corp.example' },
}

/** Texts of frames: right ones changed, or broken as text. */
const frames = (...samples: readonly object[]) =>
  fc.oneof(
    altered(...samples).map((frame) => JSON.stringify(frame) ?? ''),
    broken(60_000, ...samples.map((sample) => JSON.stringify(sample))),
    json.map((any) => JSON.stringify(any)),
  )
const isFault = (error: unknown) => error instanceof ProtocolFault || error instanceof TurnedAwayFault

describe('fuzzing the wire between bot and agents', () => {
  let server: WebSocketServer
  let socket: WebSocket
  let closed: () => Promise<unknown>
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'helpbot-fuzz-'))
    const http = createServer().listen(0, '127.0.0.1')
    await once(http, 'listening')
    server = new WebSocketServer({ server: http })
    const dialled = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
    ;[socket] = await once(server, 'connection')
    closed = async () => {
      dialled.terminate()
      server.close()
      await new Promise((resolve) => http.close(resolve))
    }
  })
  after(async () => {
    socket.terminate()
    await closed()
    await rm(folder, { recursive: true })
  })

  /** What the bot makes of a text that came from an agent: heard, or the connection is ended. */
  function heardByBot(said: string): readonly string[] {
    socket.removeAllListeners()
    const events: string[] = []
    const hearers = {
      hear: (frame: { type: string }) => void events.push(frame.type),
      closed: (reason: string) => void events.push(reason),
      unknownResult: () => void events.push('result'),
    }
    const agent = { id, name: 'srv1', publicKey: agentKey.publicKey, revoked: false, rotate: false, domain: undefined }
    const welcome = { type: 'welcome', agentId: id, time: at, signature } as const
    agentConnection(socket, { agent, session, key: botKey, welcome }, hearers)
    socket.emit('message', Buffer.from(said), false)
    return events
  }
  const signedBy = (key: typeof agentKey, from: 'bot' | 'agent', payload: string) =>
    JSON.stringify({ type: 'signed', number: 1, payload, signature: key.sign(framed(session, from, 1, payload)) })

  fuzz('wire: a frame of an agent, as the bot takes it', frames(...ofAgent), (payload) => {
    const [event, ...more] = heardByBot(signedBy(agentKey, 'agent', payload))
    assert.deepEqual(more, [])
    assert.ok(event === undefined || ['health', 'alarm', 'rotated', 'result'].includes(event), event)
  })

  fuzz(
    'wire: what is not signed by the agent',
    frames({ type: 'signed', number: 1, payload: '{"type":"rotate"}', signature }),
    (said) => {
      assert.deepEqual(heardByBot(said), [])
    },
  )

  fuzz('wire: a frame of the bot, as the agent takes it', frames(...ofBot), (payload) => {
    try {
      const frame = signedFrames(session, agentKey).unwrap(signedBy(botKey, 'bot', payload))
      assert.ok(fromBot.safeParse(frame).success)
    } catch (error) {
      assert.ok(isFault(error), String(error))
    }
  })

  fuzz(
    'wire: what is not signed by the bot',
    frames({ type: 'signed', number: 1, payload: JSON.stringify(command), signature }),
    (said) => {
      assert.throws(() => signedFrames(session, agentKey).unwrap(said), isFault)
    },
  )

  fuzz(
    'wire: greetings',
    fc.oneof(altered(challenge, identify, enrolling, { type: 'turned-away', reason: 'busy' }), json),
    (said) => {
      for (const schema of [greetingOfAgent, greetingOfBot, fromAgent, fromBot]) schema.safeParse(said)
    },
  )

  const typed = makeEnrolmentCode(botKey.publicKey, randomBytes)
  fuzz(
    'wire: a greeting of whoever answers there',
    fc.tuple(frames(challenge), frames({ type: 'welcome', agentId: id, time: at, signature })),
    async (texts) => {
      const code = readEnrolmentCode(typed.text)
      assert.ok(code)
      const lines = [...texts]
      const line: Line = { next: async () => lines.shift() ?? '', send: () => {} }
      await assert.rejects(enrol(line, code, 'srv1', agentKey, { randomBytes, monotonic: () => 0 }), isFault)
    },
  )

  fuzz('wire: an enrolment code', fc.tuple(broken(400, typed.text), text(100)), ([given, proof]) => {
    const code = readEnrolmentCode(given)
    if (code) {
      const transcript = botProof(session, id, at)
      assert.equal(code.proves(transcript, code.proof(transcript)), true)
      assert.equal(code.proves(transcript, proof), false)
    }
    assert.equal(isProofByCode(typed.secret, agentProof(session, id), proof), false)
    proofByCode(given, Buffer.from(proof))
  })

  fuzz(
    'wire: the input of a command',
    fc.tuple(fc.constantFrom(...Object.keys(inputs)), fc.nat(), json),
    ([name, place, any]) => {
      const parsed = anyCommand.safeParse({ do: name, input: any })
      assert.ok(parsed.success)
      const sample = Object.values(inputs)[place % Object.keys(inputs).length]
      for (const input of [any, sample]) commands[parsed.data.do].input.safeParse(input)
      assert.equal(anyCommand.safeParse(any).success, false)
    },
  )
  for (const [name, sample] of Object.entries(inputs))
    fuzz(
      `wire: the input of ${name}`,
      altered(sample),
      (given) => {
        const command = anyCommand.parse({ do: name, input: given })
        const { success, data } = commands[command.do].input.safeParse(given)
        if (success) assert.ok(JSON.stringify(data).length <= 5_000)
      },
      { share: 0.2 },
    )

  const sealKey = newSealKey()
  const sealed = sealPassword(Buffer.from('Quiet-7-River-Stone'), {
    commandId: id,
    recipientKey: sealKey.publicKey,
    randomBytes,
  })
  fuzz('wire: a sealed password', fc.tuple(altered(sealed), broken(60, id)), ([given, commandId]) => {
    const shape = commands['reset-password'].output.shape.sealed.safeParse(given)
    if (!shape.success || shape.data === null) return
    const { senderKey, nonce: used, ciphertext } = shape.data
    const isRight =
      commandId === id && senderKey === sealed.senderKey && used === sealed.nonce && ciphertext === sealed.ciphertext
    if (isRight) return void assert.equal(sealKey.open(shape.data, commandId), 'Quiet-7-River-Stone')
    assert.throws(() => sealKey.open(shape.data ?? sealed, commandId), /cannot be opened/)
  })

  const begun = JSON.stringify({ what: 'begun', id, do: 'unlock', at: 1_790_000_000_000 })
  const ended = JSON.stringify({ what: 'ended', id, outcome: { ok: true, value: { changed: true } } })
  fuzz(
    'wire: the journal of an agent',
    broken(20_000, `${begun}\n${ended}\n`, `${begun}\n`),
    async (content) => {
      const inside = join(folder, randomUUID())
      await openJournal(inside, () => new Date(at)).then((empty) => empty.close())
      await writeFile(join(inside, 'journal.jsonl'), content)
      const journal = await openJournal(inside, () => new Date(at))
      // Either all of it is understood, or nothing may be changed.
      const isWhole = content
        .split('\n')
        .slice(0, -1)
        .every((one) => one === begun || one === ended)
      if (isWhole) assert.equal(journal.fault, undefined)
      if (journal.fault !== undefined) await assert.rejects(journal.begin(other, 'unlock'))
      await journal.close()
      await rm(inside, { recursive: true })
    },
    { share: 0.05 },
  )
})
