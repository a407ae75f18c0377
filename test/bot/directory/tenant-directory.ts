import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../bot/clock.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { type EntraDirectory, entraDirectory } from '../../../bot/directory/entra.ts'
import { allPermissions } from '../../../bot/directory/permissions.ts'
import { tenantId } from '../../../bot/identity/person.ts'
import { startTenant, type Tenant } from '../../../infra/practice/tenant/tenant.ts'
import { testCertificates } from './local-server.ts'

export const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'

/** Each lets the application read groups. */
export const readingGroups = ['GroupMember.Read.All', 'GroupMember.ReadWrite.All'] as const

/** A practice tenant and the directory that looks at it, over the network and through the Graph SDK. */
export interface TenantDirectory {
  readonly tenant: Tenant
  readonly directory: EntraDirectory
  /** What was waited between tries, in milliseconds: nobody really waits. */
  readonly pauses: number[]
  /** Counts requests from now on. */
  watch(method: string, path: RegExp): () => number
  /** Takes permissions away for the length of an act. */
  without(permissions: string | readonly string[], act: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export async function openTenantDirectory(options: { clock?: Clock; people?: number } = {}): Promise<TenantDirectory> {
  const { server, app } = await testCertificates()
  const folder = mkdtempSync(join(tmpdir(), 'tenant-directory-'))
  const certificate = join(folder, 'app.pem')
  writeFileSync(certificate, `${app.key}${app.cert}`)
  const tenantGuid = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
  const clock = options.clock ?? (() => new Date())
  const tenant = await startTenant({
    tls: server,
    tenantId: tenantGuid,
    apps: [{ clientId, certificate: app.cert, permissions: allPermissions }],
    clock,
    ...(options.people === undefined ? {} : { people: options.people }),
  })
  const pauses: number[] = []
  const { control } = tenant
  return {
    tenant,
    directory: entraDirectory({
      settings: { tenantId: tenantGuid, clientId, authority: tenant.url, endpoint: tenant.url, certificate },
      // Certificates and tokens go by the machine's time.
      clock: () => new Date(),
      random: () => 0,
      sleep: async (milliseconds) => {
        pauses.push(milliseconds)
      },
    }),
    pauses,
    watch(method, path) {
      const before = new Set(control.requests().map(({ requestId }) => requestId))
      return () =>
        control.requests().filter((one) => !before.has(one.requestId) && one.method === method && path.test(one.path))
          .length
    },
    async without(permissions, act) {
      const names = typeof permissions === 'string' ? [permissions] : permissions
      for (const name of names) control.setPermission(clientId, name, false)
      try {
        await act()
      } finally {
        for (const name of names) control.setPermission(clientId, name, true)
      }
    },
    async close() {
      await tenant.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The DirectoryError a call ends with. */
export async function failure(promise: Promise<unknown>): Promise<DirectoryError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof DirectoryError, `expected a DirectoryError, got ${String(error)}`)
  return error
}
