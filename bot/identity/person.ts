import { z } from 'zod'

/** A GUID as Entra ID writes it: lower case, with dashes. */
export const guid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'must be a GUID')
  .transform((text) => text.toLowerCase())

/** The immutable object id of a user in the directory (Entra ID: `aadObjectId` = user `id`). */
export const userId = guid.brand<'UserId'>()
export type UserId = z.infer<typeof userId>

/** The immutable id of a directory (Entra ID: tenant id). */
export const tenantId = guid.brand<'TenantId'>()
export type TenantId = z.infer<typeof tenantId>

/** The immutable object id of a group in the directory. */
export const groupId = guid.brand<'GroupId'>()
export type GroupId = z.infer<typeof groupId>

/**
 * Somebody we know: bound to ids that came from a validated token or from the directory, never to a name or an address.
 * Names are for show only.
 */
export interface Person {
  readonly tenant: TenantId
  readonly id: UserId
  /** Display name as the directory holds it: data, to be escaped wherever it is shown. */
  readonly name: string
}
