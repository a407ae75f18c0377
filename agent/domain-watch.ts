import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AgentError } from './agent-error.ts'
import type { Domain } from './ldap/domain.ts'
import type { Health } from './protocol/frames.ts'

/** What is said of the domain in every health frame. */
export type DomainHealth = Pick<Health, 'domain' | 'domainSid' | 'controller' | 'pdc' | 'latency' | 'fault'>

export interface DomainWatch {
  /** As it was found at the last look; nobody is waited for. */
  latest(): DomainHealth
  /** Hears when the domain begins or ceases to answer. @returns ends it */
  onChange(hear: () => void): () => void
  stop(): void
}

const lookEvery = 15_000

/** Looks again and again whether the domain answers. @param probe asks a controller and says which it was, and how long it took (ms) */
export function watchDomain(
  facts: Domain['facts'],
  probe: () => Promise<{ readonly controller: string; readonly latency: number }>,
  log: Logger,
): DomainWatch {
  const stopping = new AbortController()
  const hearers = new Set<() => void>()
  let latest: DomainHealth = {
    domain: null,
    domainSid: null,
    controller: null,
    pdc: null,
    latency: null,
    fault: 'no domain controller has answered yet',
  }

  async function look(): Promise<DomainHealth> {
    try {
      const { name, sid, pdc } = await facts()
      const { controller, latency } = await probe()
      return { domain: name, domainSid: sid, controller, pdc: pdc ?? null, latency, fault: null }
    } catch (error) {
      const fault =
        error instanceof AgentError ? error.detail : 'the domain cannot be looked at: see the log of the agent'
      if (!(error instanceof AgentError)) log.error({ error: String(error) }, 'domain')
      return { ...latest, controller: null, latency: null, fault }
    }
  }
  async function forEver(): Promise<void> {
    while (!stopping.signal.aborted) {
      const before = latest
      latest = await look()
      if (stopping.signal.aborted) return
      const changed = before.fault !== latest.fault || before.controller !== latest.controller
      if (changed && latest.fault) log.warn({ fault: latest.fault }, 'domain: it does not answer')
      else if (changed) log.info({ controller: latest.controller, pdc: latest.pdc }, 'domain: it answers')
      if (changed) for (const hear of hearers) hear()
      await pause(lookEvery, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  void forEver()
  return {
    latest: () => latest,
    onChange(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
    stop: () => stopping.abort(),
  }
}
