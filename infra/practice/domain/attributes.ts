import type { Client } from 'ldapts'
import { guidText, sidText } from './identifiers.ts'

const guids = ['objectGUID', 'mS-DS-ConsistencyGuid']
const sids = ['objectSid', 'tokenGroups']
// Computed by the controller, so that they come only when they are asked for.
const computed = ['msDS-User-Account-Control-Computed', 'msDS-UserPasswordExpiryTimeComputed', 'tokenGroups']

/**
 * Everything that a controller shows of one object to whoever is bound: GUIDs and SIDs as text, an attribute of several values as a
 * list, no attribute where there is no value. @param dn or `<GUID=…>` @throws NoSuchObjectError
 */
export async function readAttributes(client: Client, dn: string): Promise<Record<string, string | string[]>> {
  const { searchEntries } = await client.search(dn, {
    scope: 'base',
    attributes: ['*', ...computed],
    explicitBufferAttributes: [...guids, ...sids],
  })
  const { dn: shown, ...attributes } = searchEntries[0] ?? { dn }
  const read: Record<string, string | string[]> = { dn: shown }
  for (const [name, given] of Object.entries(attributes)) {
    const texts = [given].flat().map((value) => textOf(name, value))
    const [first] = texts
    if (first !== undefined) read[name] = texts.length === 1 ? first : texts
  }
  return read
}

function textOf(name: string, value: string | Buffer): string {
  if (typeof value === 'string') return value
  if (guids.includes(name)) return guidText(value)
  if (sids.includes(name)) return sidText(value)
  return value.toString('base64')
}
