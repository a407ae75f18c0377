import { AuthenticationConstants, GovernmentConstants } from 'botframework-connector'
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import type { TeamsSettings } from '../config.ts'

/** Passes a token that the channel has signed for us. @throws for any other */
export type GenuineToken = (authorization: string) => Promise<void>

const minute = 60_000
const times = {
  timeoutDuration: 5_000,
  /** A name of a key that nobody knows has the keys read again, and not more often than this. */
  cooldownDuration: 5 * minute,
  cacheMaxAge: 24 * 60 * minute,
}

/** The SDK lets clocks differ as much, in seconds. */
const leeway = { clockTolerance: 300, requiredClaims: ['exp'] }
const mostKept = 200

const metadata = z.object({ jwks_uri: z.url() })
const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/

/**
 * Our own look at a token before the SDK's: signature, issuer, audience and times, as the Bot Connector's authentication has them.
 * The SDK looks at more (endorsements, the service address), and writes a dozen lines to standard error for every forged token: it
 * sees only what has passed here, so that nobody without a key of the channel can fill the log.
 */
export function genuineToken(
  { appId, localIssuer }: Pick<TeamsSettings, 'appId' | 'localIssuer'>,
  authority: string,
): GenuineToken {
  const channel = localIssuer ?? (new URL(authority).hostname.endsWith('.us') ? government : commercial)
  let keys: Promise<JWTVerifyGetKey> | undefined
  const keysOf = async () => {
    keys ??= keysAt(channel.openIdMetadata)
    try {
      return await keys
    } catch (error) {
      keys = undefined
      throw error
    }
  }
  /** The channel uses a token for many requests: until when each that has passed is known to be good, milliseconds. */
  const passed = new Map<string, number>()
  return async (authorization) => {
    const token = bearer.exec(authorization)?.[1]
    if (token === undefined) throw new Error('no bearer token')
    if (Date.now() < (passed.get(token) ?? 0)) return
    passed.delete(token)
    const options = { issuer: channel.issuer, audience: appId, algorithms: ['RS256', 'RS384', 'RS512'] }
    const { payload } = await jwtVerify(token, await keysOf(), { ...options, ...leeway })
    if (passed.size >= mostKept) passed.clear()
    passed.set(token, Math.min(Date.now() + minute, (payload.exp ?? 0) * 1_000))
  }
}

async function keysAt(address: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(times.timeoutDuration), redirect: 'error' })
  if (!answer.ok) throw new Error(`the channel's metadata answers ${answer.status}`)
  return createRemoteJWKSet(new URL(metadata.parse(await answer.json()).jwks_uri), times)
}

const commercial = {
  issuer: AuthenticationConstants.ToBotFromChannelTokenIssuer,
  openIdMetadata: AuthenticationConstants.ToBotFromChannelOpenIdMetadataUrl,
}
const government = {
  issuer: GovernmentConstants.ToBotFromChannelTokenIssuer,
  openIdMetadata: GovernmentConstants.ToBotFromChannelOpenIdMetadataUrl,
}
