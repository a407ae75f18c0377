/**
 * What is signed, byte by byte. Every text begins with what it is for, so that no signature serves for another purpose; fields stand
 * on lines of their own and none of them can hold a line break.
 */

/** Wire version. Both ends must speak the same. */
export const protocolVersion = 1

export interface Session {
  /** Fresh randomness of the bot, base64url of 32 bytes. */
  readonly botNonce: string
  /** Fresh randomness of the agent, base64url of 32 bytes. */
  readonly agentNonce: string
  /** The bot's public key, base64url of 32 raw bytes (RFC 8032). */
  readonly botKey: string
  /** The agent's public key, likewise. */
  readonly agentKey: string
}

const lines = (purpose: string, session: Session, ...more: readonly string[]): Buffer => {
  const fields = [session.botNonce, session.agentNonce, session.botKey, session.agentKey, ...more]
  if (fields.some((field) => /[\r\n]/.test(field))) throw new Error('a field of a transcript holds a line break')
  return Buffer.from([`helpbot-agent/${protocolVersion} ${purpose}`, ...fields].join('\n'), 'utf8')
}

/** Proves to the bot that the agent holds its key, in this session; signed by the agent. */
export const agentProof = (session: Session, agentId: string): Buffer => lines('agent proof', session, agentId)

/** Proves to the agent that the bot holds its key, in this session, and what time it is there; signed by the bot. */
export const botProof = (session: Session, agentId: string, time: string): Buffer =>
  lines('bot proof', session, agentId, time)

/** What an enrolment code is proven over, keyed by the code itself (HMAC-SHA-256), so that the code never travels. */
export const enrolmentProof = (session: Session, name: string): Buffer => lines('enrolment', session, name)

/** A signed frame: `payload` is the very text that travels, `number` counts the frames of this direction from 1. */
export const framed = (session: Session, from: 'bot' | 'agent', number: number, payload: string): Buffer =>
  Buffer.concat([lines(`frame from ${from}`, session, String(number)), Buffer.from(`\n${payload}`, 'utf8')])

/** Hands over from one key to its successor; signed by the old one and by the new one. */
export const keyChange = (of: 'bot' | 'agent', oldKey: string, newKey: string): Buffer =>
  Buffer.from([`helpbot-agent/${protocolVersion} key change of ${of}`, oldKey, newKey].join('\n'), 'utf8')

/** What binds a sealed password to the command it answers: the additional data of its AES-256-GCM. */
export const sealBinding = (commandId: string, recipientKey: string, senderKey: string): Buffer =>
  Buffer.from([`helpbot-agent/${protocolVersion} sealed`, commandId, recipientKey, senderKey].join('\n'), 'utf8')

/** Name under which X25519's shared secret becomes the key of a seal (HKDF-SHA-256, RFC 5869: salt = sealBinding, info = this). */
export const sealInfo = `helpbot-agent/${protocolVersion} sealed password`
