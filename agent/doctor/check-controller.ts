import { once } from 'node:events'
import { connect, getCACertificates } from 'node:tls'
import type { Address } from '../ldap/bound-client.ts'
import { readDomain } from '../ldap/emulator.ts'
import { fromGeneralizedTime } from '../ldap/encodings.ts'
import { type Finding, missing, ok, warning } from './finding.ts'
import type { Look } from './look.ts'
import { isUntrusted, networkFault } from './network-fault.ts'

const patience = 5_000
const day = 24 * 60 * 60_000
/** Kerberos bears five minutes (RFC 4120, section 1.6); what we compare is certificates and expiries. */
const largestSkew = 60_000

/** Whether a controller answers by LDAPS with a certificate that is trusted. Nobody is bound. */
export async function checkController(address: Address, clock: () => Date): Promise<Finding> {
  const what = `controller ${address.url}`
  const { hostname, port } = new URL(address.url)
  const socket = connect({
    host: hostname,
    port: port === '' ? 636 : Number(port),
    servername: address.servername ?? hostname,
    ca: address.ca ?? [...getCACertificates('default'), ...getCACertificates('system')],
    minVersion: 'TLSv1.2',
    ...(address.lookup === undefined ? {} : { lookup: address.lookup }),
  })
  // An error after the first is of no interest, and must not end the process.
  socket.on('error', () => undefined)
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(patience) })
    const ends = new Date(socket.getPeerCertificate().valid_to)
    if (ends.getTime() - clock().getTime() < 21 * day)
      return warning(
        what,
        `answers, but its certificate ends on ${ends.toISOString().slice(0, 10)}`,
        'renew it, or the agent stops that day',
      )
    return ok(what, `answers by LDAPS, and its certificate is trusted until ${ends.toISOString().slice(0, 10)}`)
  } catch (error) {
    const fault =
      error instanceof Error && error.name === 'AbortError'
        ? 'it does not answer; a firewall may keep it away'
        : networkFault(error)
    if (isUntrusted(fault))
      return missing(
        what,
        fault,
        'name the authority that signed it in directory.ca, as a PEM file, or let this machine trust it',
      )
    if (fault.includes('ERR_TLS_CERT_ALTNAME_INVALID'))
      return missing(what, fault, 'put the name of its certificate into directory.urls, or into directory.servername')
    return missing(
      what,
      `cannot be reached: ${fault}`,
      'let this machine reach the controller on port 636, and see that the controller has a certificate for LDAPS',
    )
  } finally {
    socket.destroy()
  }
}

/** How far the controller's clock is from ours. */
export function checkClock({ time, controller }: Look, clock: () => Date): Finding {
  const theirs = fromGeneralizedTime(time)
  if (theirs === undefined) return warning('clock', `${controller.name} does not say what time it is`)
  const skew = Math.abs(theirs.getTime() - clock().getTime())
  const seconds = Math.round(skew / 1_000)
  if (skew <= largestSkew) return ok('clock', `${seconds} s from that of ${controller.name}`)
  return warning(
    'clock',
    `${seconds} s from that of ${controller.name}: when accounts expire and locks end would be told wrongly`,
    'set this machine’s clock by the domain: w32tm /resync',
  )
}

/** Whether the controller that new passwords should be written on can be reached, where it is another one than that at hand. */
export async function checkEmulator(
  { controller }: Look,
  trusted: Omit<Address, 'url' | 'servername'>,
  clock: () => Date,
): Promise<Finding> {
  const what = 'PDC emulator'
  const { pdc } = await readDomain(controller)
  if (pdc === undefined)
    return warning(
      what,
      'which controller it is cannot be read: a new password reaches other controllers only by replication',
    )
  if (pdc === controller.name) return ok(what, `${pdc}, which is the controller at hand`)
  const found = await checkController({ ...trusted, url: `ldaps://${pdc}`, servername: pdc }, clock)
  if (found.status !== 'missing') return { ...found, what }
  const why = `${pdc}: ${found.why}. Another controller is written to then, and what it was told reaches the others by replication only`
  return warning(what, why, found.fix)
}
