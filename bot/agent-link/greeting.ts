import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Challenge, Enrol, Identify, TurnedAway, Welcome } from '../../agent/protocol/frames.ts'
import {
  agentProof,
  botProof,
  enrolmentProof,
  protocolVersion,
  type Session,
} from '../../agent/protocol/transcripts.ts'
import { countFailure, secretOfCode, useCode } from './codes.ts'
import { type SigningKey, verifierOf } from './ed25519.ts'
import { type Enrolled, findAgent, pinAgent } from './enrolled.ts'
import { isProofByCode, proofByCode } from './enrolment-code.ts'
import type { AgentLinkGround } from './ground.ts'
import { keysBefore, linkKey } from './link-keys.ts'
import { writeAgentEvent } from './write-event.ts'

type Ground = Pick<AgentLinkGround, 'database' | 'ring' | 'realTime' | 'random' | 'audit' | 'tenant'>

/** An agent that has proven who it is, in this session. */
export interface Admitted {
  readonly agent: Enrolled
  readonly session: Session
  readonly key: SigningKey
  readonly welcome: Welcome
}

export type Reception = Admitted | { readonly turnedAway: TurnedAway['reason'] }

/** What every agent is told first, and the key that stands behind it. */
export async function makeChallenge(
  ground: Ground,
): Promise<{ readonly challenge: Challenge; readonly key: SigningKey }> {
  const key = await linkKey(ground)
  const follows = await keysBefore(ground.database, key.publicKey)
  const nonce = ground.random(32).toString('base64url')
  return { challenge: { type: 'challenge', version: protocolVersion, nonce, botKey: key.publicKey, follows }, key }
}

/** What an agent answers to the challenge: lets it in or turns it away. @throws what the database throws */
export async function receive(
  ground: Ground,
  { challenge, key }: { readonly challenge: Challenge; readonly key: SigningKey },
  greeting: Identify | Enrol,
): Promise<Reception> {
  const { nonce: agentNonce, agentKey } = greeting
  const session = { botNonce: challenge.nonce, agentNonce, botKey: key.publicKey, agentKey }
  return greeting.type === 'identify'
    ? receiveKnown(ground, session, key, greeting)
    : receiveNew(ground, session, key, greeting)
}

async function receiveKnown(ground: Ground, session: Session, key: SigningKey, said: Identify): Promise<Reception> {
  const agent = await findAgent(ground.database, { id: said.agentId })
  if (!agent) return { turnedAway: 'unknown-agent' }
  const proven =
    sameKey(agent.publicKey, said.agentKey) &&
    verifierOf(agent.publicKey)(agentProof(session, agent.id), said.signature)
  if (!proven) return { turnedAway: 'bad-proof' }
  // Only to whoever holds its key: nobody else needs to know.
  if (agent.revoked) return { turnedAway: 'revoked' }
  return { agent, session, key, welcome: welcomeOf(ground, session, key, agent.id) }
}

async function receiveNew(ground: Ground, session: Session, key: SigningKey, said: Enrol): Promise<Reception> {
  const { codeId, name, agentKey } = said
  const secret = await secretOfCode(ground, codeId)
  if (secret === undefined) return { turnedAway: 'bad-code' }
  const knowsCode = isProofByCode(secret, enrolmentProof(session, name), said.proof)
  const holdsKey = verifierOf(agentKey)(agentProof(session, codeId), said.signature)
  if (!knowsCode || !holdsKey) {
    await countFailure(ground.database, codeId)
    return { turnedAway: knowsCode ? 'bad-proof' : 'bad-code' }
  }
  const before = await findAgent(ground.database, { publicKey: agentKey })
  // A key that was revoked may be in other hands: whoever is enrolled again makes a new one.
  if (before?.revoked) return { turnedAway: 'revoked' }
  const agent: Enrolled = {
    id: before?.id ?? randomUUID(),
    name,
    publicKey: agentKey,
    revoked: false,
    rotate: false,
    domain: before?.domain,
  }
  const used = await ground.database.transaction().execute(async (transaction) => {
    const now = ground.realTime()
    if (!(await useCode(transaction, codeId, now))) return false
    await pinAgent(transaction, agent, now)
    await writeAgentEvent(ground, transaction, { action: 'enrol-agent', agent: agent.id, name, why: 'enrolment code' })
    return true
  })
  if (!used) return { turnedAway: 'bad-code' }
  const welcome = welcomeOf(ground, session, key, agent.id)
  const proof = proofByCode(secret, botProof(session, agent.id, welcome.time))
  return { agent, session, key, welcome: { ...welcome, proof } }
}

function welcomeOf({ realTime }: Ground, session: Session, key: SigningKey, agentId: string): Welcome {
  const time = realTime().toISOString()
  return { type: 'welcome', agentId, time, signature: key.sign(botProof(session, agentId, time)) }
}

function sameKey(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
