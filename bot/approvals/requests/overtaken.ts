import type { Catalogue, Risk } from '../../policy/catalogue/catalogue.ts'
import type { AccessRequest } from './request.ts'

const levels: Readonly<Record<Risk, number>> = { low: 0, medium: 1, high: 2 }

/**
 * Why nobody can ask for it like this any more: what the catalogue says has changed since, and with that who must approve it and
 * how. A sentence; undefined while it stands.
 */
export function overtaken(
  { entries, contracts }: Pick<Catalogue, 'entries' | 'contracts'>,
  { terms }: Pick<AccessRequest, 'terms'>,
): string | undefined {
  if (terms.entry === null) return contracts ? undefined : 'There are no contracts here any more.'
  const entry = entries.find(({ key }) => key === terms.entry)
  if (!entry) return 'It cannot be asked for any more.'
  if (entry.group !== terms.group?.id) return 'It is given in another way by now. Please ask for it anew.'
  return levels[entry.risk] > levels[terms.risk] ? 'It counts as riskier by now. Please ask for it anew.' : undefined
}
