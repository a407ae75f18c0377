import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** So far may the time of a request and ours lie apart, in either direction. */
const tolerance = 5 * 60

/**
 * Verifies that a request was signed by Slack for this app, on the raw body before anything is made of it.
 * Source: Slack "Verifying requests from Slack"; Bolt's own check knows no request from the future.
 * @param nowSeconds Unix time
 * @returns the signature, so that it can be taken once; or why it is refused, without any part of the secret
 */
export function verifySlackSignature(
  body: Buffer,
  headers: IncomingHttpHeaders,
  secret: string,
  nowSeconds: number,
): { readonly signature: string } | { readonly refusal: string } {
  // Rule 1: the time of the request is a whole number of seconds, and lies near ours on both sides.
  const timestamp = headers['x-slack-request-timestamp']
  if (timestamp === undefined) return { refusal: 'the timestamp is missing' }
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return { refusal: 'the timestamp is no number' }
  const age = nowSeconds - Number(timestamp)
  if (age > tolerance) return { refusal: 'the timestamp is older than 5 minutes' }
  if (age < -tolerance) return { refusal: 'the timestamp is more than 5 minutes in the future' }
  // Rule 2: the signature has the one form there is, so that a request has one signature only.
  const signature = headers['x-slack-signature']
  if (signature === undefined) return { refusal: 'the signature is missing' }
  if (typeof signature !== 'string' || !/^v0=[0-9a-f]{64}$/.test(signature))
    return { refusal: 'the signature is not of version v0' }
  // Rule 3: it is the one this app's secret gives.
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest()
  if (!timingSafeEqual(expected, Buffer.from(signature.slice('v0='.length), 'hex')))
    return { refusal: 'the signature is wrong' }
  return { signature }
}
