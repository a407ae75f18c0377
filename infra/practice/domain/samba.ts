import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freeAddress } from './free-address.ts'
import type { LdapEndpoint, Login } from './ldap-session.ts'
import { administratorDn, domain, serviceAccount, units } from './recipe.ts'
import { prepare, type SambaProcess, startSamba } from './samba-process.ts'
import { copyTemplate, plainTemplate, type Template } from './template.ts'

/** A real Active Directory domain controller (Samba) of this machine's own, on an address of its own, LDAPS only. */
export interface DomainController extends LdapEndpoint {
  /** DNS name of the domain, lower case. */
  readonly realm: string
  readonly domainDn: string
  /** 127.x.y.z; it listens on 389 and 636 there and nowhere else. */
  readonly address: string
  readonly administrator: Login
  /** The agent's account, with the grants of grants.ts and no other. */
  readonly service: Login & { readonly upn: string }
  /** DNs: people and leavers hold users, groups holds groups; the service account was given nothing in forbidden. */
  readonly units: typeof units
  /** Where its files are; gone after `close`. */
  readonly folder: string
  /** Ends the process, by default in good order. */
  stop(how?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts the same controller again with the same data. @throws Error where it does not come up */
  start(): Promise<void>
  /** Stands still with all its connections open, until `resume`. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/**
 * Starts a domain controller that is a copy of a template; the first one on a machine makes the template, which takes some seconds.
 * @throws Error that says what to install, or what is needed to listen on ports below 1024
 */
export async function startDomainController(
  options: { readonly address?: string; readonly template?: Template } = {},
): Promise<DomainController> {
  const template = options.template ?? (await plainTemplate())
  const address = options.address ?? (await freeAddress())
  const home = await mkdtemp(join(tmpdir(), 'helpbot-dc-'))
  const folder = join(home, 'dc')
  try {
    await copyTemplate(template, folder)
    const prepared = await prepare(folder, address)
    let running: SambaProcess | undefined = await startSamba(prepared)
    const stop = async (how?: 'SIGTERM' | 'SIGKILL') => {
      const process = running
      running = undefined
      await process?.stop(how)
    }
    return {
      realm: domain.realm,
      domainDn: domain.domainDn,
      host: domain.host,
      address,
      url: `ldaps://${address}:636`,
      ca: prepared.ca,
      administrator: { dn: administratorDn, password: template.secrets.administratorPassword },
      service: { dn: serviceAccount.dn, upn: serviceAccount.upn, password: template.secrets.servicePassword },
      units,
      folder,
      stop,
      async start() {
        running ??= await startSamba(prepared)
      },
      pause: () => running?.pause(),
      resume: () => running?.resume(),
      async close() {
        await stop('SIGKILL')
        await rm(home, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true })
    throw error
  }
}
