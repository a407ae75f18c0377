import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { privateFolder, writeDurably } from './durable-file.ts'
import { makeSigningKey, type SigningKey, signingKeyFromPem } from './link/signing.ts'
import { agentId, agentName, publicKey } from './protocol/frames.ts'

/** Who this agent is, and the one bot that it obeys. */
export interface Identity {
  readonly agentId: string
  readonly name: string
  /** Pinned: no other bot is spoken to. */
  readonly botKey: string
  readonly key: SigningKey
  /** Made, and perhaps known to the bot already, but not confirmed by it. */
  readonly nextKey: SigningKey | undefined
}

/** One file holds keys and pins together, so that a crash leaves no half of them. */
export interface IdentityFile {
  readonly path: string
  /** Undefined before the enrolment. @throws IdentityDamaged */
  read(): Promise<Identity | undefined>
  write(identity: Identity): Promise<void>
  /** Makes the key that shall follow, or gives the one that was made before; stored before anybody hears of it. */
  nextKey(): Promise<Identity & { readonly nextKey: SigningKey }>
  /** The bot has pinned the key that follows: the old one is forgotten. */
  promoteNextKey(): Promise<void>
  /** The bot has shown that this key follows the one we knew. */
  pinBotKey(botKey: string): Promise<void>
}

export class IdentityDamaged extends Error {
  constructor(path: string, why: string) {
    super(`${path} cannot be used (${why}): enrol this agent again`)
    this.name = 'IdentityDamaged'
  }
}

const stored = z.strictObject({
  version: z.literal(1),
  agentId,
  name: agentName,
  botKey: publicKey,
  /** PKCS #8, PEM. */
  key: z.string(),
  nextKey: z.string().nullable(),
})

/** @param folder the agent's data folder; made when it is not there */
export function identityFile(folder: string): IdentityFile {
  const path = join(folder, 'identity.json')

  async function read(): Promise<Identity | undefined> {
    const text = await readFile(path, 'utf8').catch(ifThere)
    return text === undefined ? undefined : parseIdentity(path, text)
  }
  async function write(identity: Identity): Promise<void> {
    const { agentId, name, botKey, key, nextKey } = identity
    const value: z.input<typeof stored> = {
      version: 1,
      agentId,
      name,
      botKey,
      key: key.pem,
      nextKey: nextKey?.pem ?? null,
    }
    await privateFolder(folder)
    await writeDurably(path, `${JSON.stringify(value, undefined, 2)}\n`)
  }
  async function known(): Promise<Identity> {
    const identity = await read()
    if (!identity) throw new IdentityDamaged(path, 'it is gone')
    return identity
  }

  return {
    path,
    read,
    write,
    async nextKey() {
      const identity = await known()
      const nextKey = identity.nextKey ?? makeSigningKey()
      if (!identity.nextKey) await write({ ...identity, nextKey })
      return { ...identity, nextKey }
    },
    async promoteNextKey() {
      const identity = await known()
      if (identity.nextKey) await write({ ...identity, key: identity.nextKey, nextKey: undefined })
    },
    async pinBotKey(botKey) {
      await write({ ...(await known()), botKey })
    },
  }
}

function parseIdentity(path: string, text: string): Identity {
  try {
    const { agentId, name, botKey, key, nextKey } = stored.parse(JSON.parse(text))
    return {
      agentId,
      name,
      botKey,
      key: signingKeyFromPem(key),
      nextKey: nextKey === null ? undefined : signingKeyFromPem(nextKey),
    }
  } catch {
    // What went wrong is not passed on: it could quote the file, and the file holds a key.
    throw new IdentityDamaged(path, 'what stands in it is not what this program wrote')
  }
}

function ifThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
