import { z } from 'zod'
import { protocolVersion } from './transcripts.ts'

/** No frame is longer, in bytes. */
export const longestFrame = 1_048_576
/** Where the bot listens for agents. */
export const agentPath = '/agent'

/** In its one right spelling: the last letter has bits to spare, and a key that can be spelled twice could be enrolled twice. */
const bytes = (length: number) =>
  z.base64url().refine((text) => {
    const decoded = Buffer.from(text, 'base64url')
    return decoded.length === length && decoded.toString('base64url') === text
  }, `must be ${length} bytes`)
/** An Ed25519 or X25519 public key: 32 raw bytes in base64url. */
export const publicKey = bytes(32)
export const nonce = bytes(32)
export const signature = bytes(64)
export const agentId = z.uuid()
/** What an administrator calls this agent: shown in lists, never acted on. */
export const agentName = z
  .string()
  .regex(/^[\w .()-]{1,64}$/, 'must be 1 to 64 letters, digits, spaces, dots or dashes')
const moment = z.iso.datetime()
/** An Active Directory domain by its DNS name, in lower case. */
export const domainName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/)
export const sid = z.string().regex(/^S-1(-\d{1,15}){1,16}$/)

// --- greeting, in this order -------------------------------------------------------------------------------------------

/** Bot to agent, first of all. */
export const challenge = z.strictObject({
  type: z.literal('challenge'),
  version: z.literal(protocolVersion),
  nonce,
  botKey: publicKey,
  /**
   * Keys that came before, the newest first, with both signatures of the change (`keyChange`): the first was followed by `botKey`, each
   * other one by the one before it. The agent may have pinned an older one.
   */
  follows: z.array(z.strictObject({ botKey: publicKey, byOld: signature, byNew: signature })).max(8),
})
export type Challenge = z.infer<typeof challenge>

/** Agent to bot: an agent that is known. */
export const identify = z.strictObject({
  type: z.literal('identify'),
  version: z.literal(protocolVersion),
  agentId,
  nonce,
  agentKey: publicKey,
  signature,
})
export type Identify = z.infer<typeof identify>

/** Agent to bot: an agent with an enrolment code. `proof`: HMAC-SHA-256 keyed by the code, over `enrolmentProof`. */
export const enrol = z.strictObject({
  type: z.literal('enrol'),
  version: z.literal(protocolVersion),
  /** The part of the code that names it and is no secret. */
  codeId: z.string().regex(/^[a-z2-7]{8}$/),
  name: agentName,
  nonce,
  agentKey: publicKey,
  proof: bytes(32),
  /** Over `agentProof` with the code's id in the place of the agent's. */
  signature,
})
export type Enrol = z.infer<typeof enrol>

/** Bot to agent: let in. `signature` over `botProof`. */
export const welcome = z.strictObject({
  type: z.literal('welcome'),
  agentId,
  time: moment,
  signature,
  /** Of an enrolment: HMAC-SHA-256 keyed by the code, over `botProof`: the bot knows the code as well. */
  proof: bytes(32).optional(),
})
export type Welcome = z.infer<typeof welcome>

export const turnedAwayReasons = ['version', 'unknown-agent', 'revoked', 'bad-proof', 'bad-code', 'busy'] as const
/** Bot to agent instead, and the connection is closed. */
export const turnedAway = z.strictObject({ type: z.literal('turned-away'), reason: z.enum(turnedAwayReasons) })
export type TurnedAway = z.infer<typeof turnedAway>

export const greetingOfAgent = z.discriminatedUnion('type', [identify, enrol])
export const greetingOfBot = z.discriminatedUnion('type', [challenge, welcome, turnedAway])

// --- afterwards: every frame is signed ---------------------------------------------------------------------------------

/** All that travels after the welcome. `number` counts up from 1 in each direction: a gap or a repeat ends the connection. */
export const signed = z.strictObject({
  type: z.literal('signed'),
  number: z.int().min(1),
  payload: z.string().max(longestFrame),
  signature,
})
export type Signed = z.infer<typeof signed>

/** What an agent says of itself every 15 seconds, and at once after the welcome. */
export const health = z.strictObject({
  type: z.literal('health'),
  at: moment,
  /** Of the agent's program. */
  version: z.string().max(40),
  host: z.string().max(253),
  domain: domainName.nullable(),
  domainSid: sid.nullable(),
  /** The domain controller in use, and the PDC emulator where it is known, by DNS name. */
  controller: z.string().max(253).nullable(),
  pdc: z.string().max(253).nullable(),
  /** Of the last look at the domain controller, milliseconds; null when it does not answer. */
  latency: z.number().min(0).nullable(),
  /** Commands that wait or run. */
  queue: z.int().min(0),
  /** Why it cannot serve, in words for IT; null when it can. */
  fault: z.string().max(500).nullable(),
  /** What its own policy allows, for IT to see. */
  operations: z.array(z.string().max(40)).max(40),
})
export type Health = z.infer<typeof health>

/** Something IT must hear of: what was refused although the bot asked for it. */
export const alarm = z.strictObject({
  type: z.literal('alarm'),
  id: z.uuid(),
  at: moment,
  kind: z.enum(['privileged', 'outside', 'forbidden', 'cap', 'protocol']),
  commandId: z.uuid().nullable(),
  correlationId: z.string().max(100).nullable(),
  /** What was to be done, and why not. No secret. */
  what: z.string().max(200),
  because: z.string().max(500),
})
export type Alarm = z.infer<typeof alarm>

/** Bot to agent: an order with its limits. Signed as all frames are; run once, by this agent alone, before `expires`. */
export const commandFrame = z.strictObject({
  type: z.literal('command'),
  id: z.uuid(),
  agentId,
  issued: moment,
  expires: moment,
  correlationId: z.string().max(100),
  /** See commands.ts; parsed on its own, so that an unknown command is answered and not a broken line. */
  command: z.unknown(),
})
export type CommandFrame = z.infer<typeof commandFrame>

/** What can be wrong, besides what a directory says. */
export const agentErrorCodes = [
  // the directory's own
  'not-found',
  'refused',
  'protected',
  'conflict',
  'unreachable',
  'throttled',
  'policy',
  // the agent's
  'forbidden', // its own policy says no
  'expired', // came too late, nothing was done
  'unknown-command',
  'interrupted', // begun before a crash, and whether it was done is unknown
  'internal',
] as const
export type AgentErrorCode = (typeof agentErrorCodes)[number]

export const agentError = z.strictObject({
  code: z.enum(agentErrorCodes),
  /** For IT and the audit: vendor code and words. Never a secret. */
  detail: z.string().max(500),
  /** A write was sent and its fate is unknown. */
  maybeDone: z.boolean(),
  /** Of `policy`: which rule a password broke. */
  rule: z.enum(['length', 'complexity', 'history', 'too-young', 'unknown']).optional(),
})
export type AgentError = z.infer<typeof agentError>

/** Agent to bot: what became of a command. */
export const resultFrame = z.strictObject({
  type: z.literal('result'),
  id: z.uuid(),
  /** True when this is the recorded outcome of an earlier run: sealed passwords are not in it. */
  repeated: z.boolean(),
  outcome: z.union([
    z.strictObject({ ok: z.literal(true), value: z.unknown() }),
    z.strictObject({ ok: z.literal(false), error: agentError }),
  ]),
})
export type ResultFrame = z.infer<typeof resultFrame>

/** Bot to agent: make a new key of your own. Agent to bot: this is it, signed by both over `keyChange`. */
export const rotate = z.strictObject({ type: z.literal('rotate') })
export const rotated = z.strictObject({
  type: z.literal('rotated'),
  agentKey: publicKey,
  byOld: signature,
  byNew: signature,
})
/** Bot to agent: the new key is pinned from now on; the agent forgets the old one only then. */
export const rotationPinned = z.strictObject({ type: z.literal('rotation-pinned'), agentKey: publicKey })

export const fromBot = z.discriminatedUnion('type', [commandFrame, rotate, rotationPinned])
export type FromBot = z.infer<typeof fromBot>
export const fromAgent = z.discriminatedUnion('type', [resultFrame, health, alarm, rotated])
export type FromAgent = z.infer<typeof fromAgent>
