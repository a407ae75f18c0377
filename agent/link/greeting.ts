import { z } from 'zod'
import type { Identity } from '../keys.ts'
import { type Challenge, type Enrol, greetingOfBot, type Identify, type Welcome } from '../protocol/frames.ts'
import {
  agentProof,
  botProof,
  enrolmentProof,
  keyChange,
  protocolVersion,
  type Session,
} from '../protocol/transcripts.ts'
import type { EnrolmentCode } from './enrolment-code.ts'
import { ProtocolFault, TurnedAwayFault } from './faults.ts'
import { parseJson } from './parse-json.ts'
import { isSignedBy, type SigningKey } from './signing.ts'

/** One text after the other, in both directions. */
export interface Line {
  /** The next text from the other end. @throws LineEnded, ProtocolFault */
  next(): Promise<string>
  send(text: string): void
}

/** What a greeting needs besides the line. */
export interface GreetingGround {
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (size: number) => Buffer
  /** Milliseconds from any beginning, never going back. */
  readonly monotonic: () => number
}

export interface Greeted {
  readonly session: Session
  readonly agentId: string
  /** The key of ours that the session stands on. */
  readonly key: SigningKey
  /** The bot's clock as it was stamped, somewhere between `asked` (monotonic) and the arrival. */
  readonly time: Date
  readonly asked: number
}

/**
 * Proves to the pinned bot who we are, and has it prove who it is. Nothing of ours is sent before the key of the challenge is found
 * to be the pinned one, or one that followed it.
 * @param key which of our two keys to come with
 * @throws ProtocolFault, TurnedAwayFault, LineEnded
 */
export async function identify(
  line: Line,
  identity: Identity,
  key: SigningKey,
  ground: GreetingGround,
): Promise<Greeted> {
  const challenge = await nextChallenge(line)
  if (!follows(challenge, identity.botKey))
    throw new ProtocolFault('whoever answers there does not hold the pinned key')
  const session = sessionWith(challenge, key, ground)
  const { agentId } = identity
  const asked = ground.monotonic()
  const hello: Identify = {
    type: 'identify',
    version: protocolVersion,
    agentId,
    nonce: session.agentNonce,
    agentKey: key.publicKey,
    signature: key.sign(agentProof(session, agentId)),
  }
  line.send(JSON.stringify(hello))
  const welcome = await nextWelcome(line, session)
  if (welcome.agentId !== agentId) throw new ProtocolFault('the bot welcomed another agent')
  return { session, agentId, key, time: new Date(welcome.time), asked }
}

/**
 * Proves to the bot that made the code that we know it, and has it prove the same. Until then neither end knows the other.
 * @throws ProtocolFault, TurnedAwayFault, LineEnded
 */
export async function enrol(
  line: Line,
  code: EnrolmentCode,
  name: string,
  key: SigningKey,
  ground: GreetingGround,
): Promise<Greeted> {
  const challenge = await nextChallenge(line)
  if (!code.names(challenge.botKey)) throw new ProtocolFault('whoever answers there is not the bot that made this code')
  const session = sessionWith(challenge, key, ground)
  const asked = ground.monotonic()
  const hello: Enrol = {
    type: 'enrol',
    version: protocolVersion,
    codeId: code.id,
    name,
    nonce: session.agentNonce,
    agentKey: key.publicKey,
    proof: code.proof(enrolmentProof(session, name)),
    signature: key.sign(agentProof(session, code.id)),
  }
  line.send(JSON.stringify(hello))
  const { agentId, time, proof } = await nextWelcome(line, session)
  if (proof === undefined || !code.proves(botProof(session, agentId, time), proof))
    throw new ProtocolFault('the bot does not know the code')
  return { session, agentId, key, time: new Date(time), asked }
}

/** Whether the challenge's key is the pinned one, or stands at the end of an unbroken row of changes that begins at it. */
function follows({ botKey, follows: earlier }: Challenge, pinned: string): boolean {
  let newer = botKey
  for (const { botKey: older, byOld, byNew } of earlier) {
    if (newer === pinned) return true
    const change = keyChange('bot', older, newer)
    if (!isSignedBy(older, change, byOld) || !isSignedBy(newer, change, byNew)) return false
    newer = older
  }
  return newer === pinned
}

function sessionWith(challenge: Challenge, key: SigningKey, ground: GreetingGround): Session {
  return {
    botNonce: challenge.nonce,
    agentNonce: ground.randomBytes(32).toString('base64url'),
    botKey: challenge.botKey,
    agentKey: key.publicKey,
  }
}

async function nextChallenge(line: Line): Promise<Challenge> {
  const said = await nextGreeting(line)
  if (said.type !== 'challenge') throw new ProtocolFault(`the bot said ${said.type} before its challenge`)
  return said
}

/** The welcome, with the bot's signature verified. */
async function nextWelcome(line: Line, session: Session): Promise<Welcome> {
  const said = await nextGreeting(line)
  if (said.type !== 'welcome') throw new ProtocolFault(`the bot said ${said.type} where a welcome belongs`)
  if (!isSignedBy(session.botKey, botProof(session, said.agentId, said.time), said.signature))
    throw new ProtocolFault('whoever answers there does not hold the key that it shows')
  return said
}

const otherVersion = z.looseObject({ type: z.literal('challenge'), version: z.number() })

async function nextGreeting(line: Line): Promise<Exclude<z.infer<typeof greetingOfBot>, { type: 'turned-away' }>> {
  const said = parseJson(await line.next())
  const parsed = greetingOfBot.safeParse(said)
  if (!parsed.success) {
    const other = otherVersion.safeParse(said)
    if (other.success && other.data.version !== protocolVersion) throw new TurnedAwayFault('version')
    throw new ProtocolFault('the bot did not greet as agents are greeted')
  }
  if (parsed.data.type === 'turned-away') throw new TurnedAwayFault(parsed.data.reason)
  return parsed.data
}
