import type { Clock } from '../clock.ts'
import type { Fetch } from '../directory/graph-transport.ts'
import type { Finding } from './finding.ts'

/** Assertions are made for ten minutes; the authority allows five of skew. */
const worstSkew = 300
const noticeableSkew = 60
const patience = 10_000

/** Asks the authority, without any credential, whether the tenant exists there and what time it is. */
export async function checkAuthority(
  settings: { readonly authority: string; readonly tenantId: string },
  deps: { readonly fetch: Fetch; readonly clock: Clock },
): Promise<Finding[]> {
  const what = 'AUTHORITY'
  const url = `${settings.authority}/${settings.tenantId}/v2.0/.well-known/openid-configuration`
  const asked = deps.clock()
  let response: Response
  try {
    response = await deps.fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'error' })
    await response.body?.cancel()
  } catch (error) {
    const { cause } = error instanceof Error ? error : {}
    const reason = cause instanceof Error ? cause.message : String(error)
    const fix =
      'check AUTHORITY, the firewall, HTTPS_PROXY and NO_PROXY, and NODE_EXTRA_CA_CERTS where TLS is inspected'
    return [{ status: 'missing', what, why: `${settings.authority} does not answer (${reason})`, fix }]
  }
  if (!response.ok) {
    const fix = 'check GRAPH_TENANT_ID, and that AUTHORITY is of the tenant’s cloud (infra/README.md has the table)'
    return [{ status: 'missing', what, why: `${settings.authority} knows no tenant ${settings.tenantId}`, fix }]
  }
  return [
    { status: 'ok', what, why: `${settings.authority} knows the tenant` },
    ...checkClock(response, asked, deps.clock()),
  ]
}

function checkClock(response: Response, asked: Date, answered: Date): Finding[] {
  const theirs = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(theirs)) return []
  // Date has whole seconds; between question and answer the true moment lies somewhere.
  const ours = (asked.getTime() + answered.getTime()) / 2
  const skew = Math.round(Math.abs(ours - theirs) / 1000)
  const why = `this machine's clock differs from the authority's by ${skew} s`
  const fix = 'switch on time synchronisation: timedatectl set-ntp true (Linux), w32tm /resync (Windows)'
  if (skew > worstSkew) return [{ status: 'missing', what: 'clock', why: `${why}: tokens are refused`, fix }]
  if (skew > noticeableSkew) return [{ status: 'warning', what: 'clock', why, fix }]
  return [{ status: 'ok', what: 'clock', why }]
}
